"""Answers that no exercise lists, explained by one edit, two edits, or the first wrong line."""

import numpy as np
import pytest
from answers import check_patched, check_text, text_of

from npae.exercises import catalogue
from npae.exercises.alarm import alarm
from npae.exercises.edits.making import all_edits
from npae.exercises.explaining import explain
from npae.exercises.learner import load_text
from npae.exercises.programs import UNSAFE, right_programs
from npae.exercises.texts import right_texts
from npae.exercises.worker.listening import patched

BY_ONE_EDIT = [
    (
        "dense",
        ("return y, (x, kernel)", "x, kernel = cache", "x.T @ dy"),
        ("return y, (x, kernel, y)", "x, kernel, y = cache", "x.T @ y"),
        "y stands where dy belongs",
    ),
    ("dense", "    y = x @ kernel + bias", "    y = x @ kernel + x.shape[1] * bias", "number of inputs"),
    ("tanh", "dy * (1 - y**2)", "1 - (dy * y) ** 2", "dy stands inside"),
    ("col2im", ("range(kh)", "range(kw)"), ("range(kh - 1)", "range(kw - 1)"), "ends one step too early"),
    (
        "max_pool2d",
        "dx[n, c, p * sh + i, q * sw + j]",
        "dx[n, c, i, j]",
        "the term p * sh is missing; in dx, the term q * sw is missing",
    ),
    ("up_sampling2d", "return y, (sh, sw)", "return y / (sh * sw), (sh, sw)", "divided by sh * sw"),
]


@pytest.mark.parametrize("exercise, old, new, words", BY_ONE_EDIT)
def test_an_edit_of_a_right_program_names_what_nobody_listed(exercise, old, new, words):
    functions = load_text(text_of(exercise, old, new))
    check = catalogue.get(exercise).checks[0]
    found = explain(exercise, check, functions, 0)
    assert words in found.edits[0][0].sentence, found


@pytest.mark.slow
def test_two_edits_are_a_guess():
    result = check_patched(
        "adam", ("grad**2", "(np.sqrt(v_hat) + epsilon)"), ("grad + 1", "(v_hat + epsilon)")
    )
    assert not result.confident
    assert "the first value that no right program has" in result.sentence or "besides" in result.sentence


@pytest.mark.slow
def test_where_nothing_fits_the_first_wrong_value_is_shown():
    new = """    twisted = np.cos(x) * 0.7 + x**4
    y = np.zeros((len(x), len(bias)))
    for i in range(len(x)):
        y[i] = np.sin(twisted[::-1][i] @ kernel) ** 3 - bias[::-1]
        y[i] = y[i] * twisted[i].sum()"""
    result = check_patched("dense", "    y = x @ kernel + bias", new)
    assert "np.cos(x) in line" in result.sentence and not result.confident, result
    assert "is the first value that no right program has" in result.sentence, result


def test_what_is_right_only_in_a_file_loaded_anew_depends_on_earlier_calls():
    kept = "def sequential_forward(x, layers, steps=[]):"
    text = text_of("sequential", "def sequential_forward(x, layers):", kept).replace("    steps = []\n", "")
    assert check_text("sequential", text).diagnosis == "hidden_state"


@pytest.mark.parametrize("exercise", catalogue.ORDER)
def test_right_programs_have_edits_and_every_edit_leaves_the_program_as_it_was(exercise):
    programs = right_programs(exercise)
    assert programs
    for program in programs:
        before = program.module().__dict__.keys()
        for edit in all_edits(program)[:50]:
            try:
                program.module(edit.changes, edit.functions)
            except (SyntaxError, ValueError, TypeError, NameError):
                continue
        assert program.module().__dict__.keys() == before


def test_programs_that_may_end_python_are_not_edited():
    for exercise in catalogue.all():
        used = len(right_programs(exercise.name))
        texts = right_texts(exercise.name).values()
        assert used + sum(any(name in text for name in UNSAFE) for text in texts) == len(texts)


@pytest.mark.parametrize(
    "silenced",
    [
        'with np.errstate(all="ignore"):\n        y = 1 / (1 + np.exp(-x))',
        'np.seterr(all="ignore")\n    y = 1 / (1 + np.exp(-x))',
        'import warnings\n    with warnings.catch_warnings():\n        warnings.simplefilter("ignore")\n'
        "        y = 1 / (1 + np.exp(-x))",
    ],
)
def test_a_warning_that_is_kept_back_is_heard(silenced):
    text = f"import numpy as np\n\n\ndef sigmoid_forward(x):\n    {silenced}\n    return y, y\n\n\n"
    text += "def sigmoid_backward(dy, y):\n    return dy * y * (1 - y)\n"
    result = check_text("sigmoid", text)
    assert (result.passed, result.diagnosis) == (False, "overflow")


def test_adding_with_an_array_of_indices_is_told_of_add_at():
    new = "rows = np.arange(h_out) // sh\n    columns = np.arange(w_out) // sw\n"
    new += "    dx = np.zeros((n, c, h_out // sh, w_out // sw))\n    dx[:, :, rows[:, None], columns] += dy"
    old = "blocks = dy.reshape(n, c, h_out // sh, sh, w_out // sw, sw)\n    dx = blocks.sum(axis=(3, 5))"
    assert "np.add.at" in check_patched("up_sampling2d", old, new).sentence


def test_a_list_of_the_callers_that_is_reversed_is_a_changed_argument():
    new = "    layers.reverse()\n    return x, steps"
    assert check_patched("sequential", "    return x, steps", new).diagnosis == "mutated_input"


def test_an_answer_that_returns_a_mask_is_told_something():
    """A mask, of booleans, is compared with numbers as what it is: 0 and 1."""
    text = text_of("relu", "return np.maximum(x, 0), x", "return x > 0, np.maximum(x, 0)")
    result = check_text("relu", text)
    assert not result.passed and result.sentence


def test_an_explanation_that_runs_out_of_time_leaves_numpys_errors_as_they_were():
    before = np.geterr()
    with np.errstate(all="print"):
        inside = np.geterr()
        with alarm(0.05):
            while True:
                with np.errstate(all="ignore"):
                    np.log(np.zeros(9))
        assert np.geterr() == inside
    assert np.geterr() == before


def test_an_alarm_does_not_tear_what_exchanges_functions_of_numpy():
    own = np.errstate
    for _ in range(30):
        with alarm(0.004):
            while True:
                with patched(fill=True):
                    np.exp(np.ones(3))
        assert np.errstate is own
