"""How a mistake gets its name, what is said for evidence, and that no name is given where none fits."""

import json

import numpy as np
import pytest
from answers import check_patched, check_text
from slow_cases import slow_but

from npae.exercises import explaining
from npae.exercises.case import Case
from npae.exercises.checking import Result, as_text, check_file
from npae.exercises.diagnosis import compare, names_of
from npae.exercises.exercise import Exercise, Gradients, Property
from npae.exercises.layer_diagnosis import diagnose_layer
from npae.exercises.learner import CannotCheck, load_text
from npae.exercises.samples import Sample
from npae.exercises.shared import reasons
from npae.kernels.backend import use_backend
from npae.layers import Conv2D, Dense, MaxPool2D

DKERNEL = "dkernel = x.T @ dy"
DX = "dx = dy @ kernel.T"
DBIAS = "dbias = dy.sum(axis=0)"


@pytest.fixture
def few_edits(monkeypatch):
    """Try edits for half a second only, where no edit is to be found."""
    monkeypatch.setattr(explaining, "SECONDS", 0.5)


@pytest.fixture
def in_numpy():
    """Compile nothing, where layers are diagnosed and not their kernels."""
    with use_backend("numpy"):
        yield


def samples(mistake, shapes=((3, 4), (1, 5), (4, 2)), tolerance=1e-9):
    """Return samples of random right values, with what a mistake makes of them."""
    rng, found = np.random.default_rng(0), []
    for n, units in shapes:
        case = Case(
            {}, sizes={"n": n, "units": units, "elements": n * units}, dy=rng.standard_normal((n, units))
        )
        want = rng.standard_normal((n, units))
        found.append(Sample(case, np.asarray(mistake(want, case), float), want, tolerance, ("n", "units")))
    return found


@pytest.mark.parametrize(
    "key, mistake",
    [
        ("sign", lambda want, c: -want),
        ("factor_two", lambda want, c: 2 * want),
        ("one_half", lambda want, c: want / 2),
        ("times_n", lambda want, c: want * len(want)),
        ("over_n", lambda want, c: want / len(want)),
        ("times_units", lambda want, c: want * c.sizes["units"]),
        ("over_elements", lambda want, c: want / want.size),
        ("over_n_and_sign", lambda want, c: -want / len(want)),
        ("times_units_and_one_half", lambda want, c: want * c.sizes["units"] / 2),
        ("zeros", lambda want, c: 0 * want),
        ("dy_unchanged", lambda want, c: c.dy),
        ("dy_forgotten", lambda want, c: want / c.dy),
        ("transposed", lambda want, c: want.T),
        ("axes_mixed", lambda want, c: want.T.reshape(want.shape)),
        ("flipped", lambda want, c: want[:, ::-1]),
        ("flipped", lambda want, c: want[::-1, ::-1]),
        ("shifted", lambda want, c: np.pad(want, ((0, 0), (1, 0)))[:, :-1]),
        ("permuted", lambda want, c: np.sort(want)),
        ("absolute", lambda want, c: np.abs(want)),
        ("squared", lambda want, c: want**2),
        ("inverse", lambda want, c: 1 / want),
        ("integer_arithmetic", lambda want, c: want.astype(int)),
        ("float32_arithmetic", lambda want, c: want.astype(np.float32)),
        ("constant_factor", lambda want, c: 0.7 * want),
        ("constant_added", lambda want, c: want + 0.3),
        ("wrong_shape", lambda want, c: want[None]),
        ("not_finite", lambda want, c: np.where(want > 1, np.nan, want)),
    ],
)
def test_general_mistakes_are_told_apart(key, mistake):
    assert [one.key for one in names_of(samples(mistake))] == [key]


def test_what_nothing_explains_gets_no_name():
    assert names_of(samples(lambda want, c: want + 0.1 * want**2)) == []


def test_two_names_that_fit_alike_are_both_given_and_none_is_claimed():
    names = names_of(samples(lambda want, c: 3 * want, shapes=((3, 3), (3, 3))))
    assert {one.key for one in names} == {"times_n", "times_units"}


def test_a_mistake_must_explain_every_case():
    def only_once(want, c):
        return -want if len(want) == 3 else want + 0.1 * want**2

    assert names_of(samples(only_once)) == []


def test_the_evidence_says_which_entries_and_by_how_much():
    result = check_patched("dense", DKERNEL, "dkernel = x.T @ dy / len(x)")
    text = as_text(result)
    assert "dkernel is n times too small" in text
    assert "where n is more than 1" in text
    assert "yours / right" in text and "0.33333 (n = 3" in text
    assert "right" in text and "ratio" in text
    assert result.notes[0].startswith("only a loss divides by n") and result.notes[1:] == [
        "right already: dx, dbias"
    ]
    assert max(len(line) for line in text.splitlines()) <= 100


@pytest.mark.parametrize(
    "new, words",
    [
        ("dy * (x > 0) + (x < 0) * np.exp(x)", "only where x is negative"),
        ("dy * (x > 0) + np.pad(np.ones(x.shape)[-1:], [(len(x) - 1, 0)] + [(0, 0)] * (x.ndim - 1))", "last"),
        ("dy * (x > 0) + (dy > 0)", "only where dy is positive"),
    ],
)
def test_the_evidence_says_where(new, words):
    result = check_patched("relu", "dy * (x > 0)", new)
    assert any(words in line for line in result.evidence), result.evidence
    assert "does not belong there" in result.sentence


def test_the_picture_shows_the_pattern():
    got = np.zeros((2, 3, 4))
    want = np.zeros((2, 3, 4))
    got[1, 2], want[1, 0, 0] = 1.0, 2.0
    result = compare("y", [got], [want], [Case()], axes="n h w")
    assert result.picture[:4] == ["n=0  | n=1", ".... | 0...", ".... | ....", ".... | xxxx"]
    assert result.picture[4] == "one character for each entry, down: h, across: w"
    assert result.picture[5] == ". right   0 is 0   x should be 0"


@pytest.mark.parametrize("axis, name", slow_but((), [(1, "units"), (0, "n")]))
def test_numbers_in_wrong_places_are_told_with_the_axis_along_which_they_moved(axis, name):
    text = "import numpy as np\ndef dense_forward(x, kernel, bias):\n"
    text += "    return np.sort(x @ kernel + bias, axis={axis}), (x, kernel)\n"
    assert f"moved along axis {axis} ({name})" in check_text("dense", text.format(axis=axis)).also[0]


def test_a_wrong_forward_that_its_backward_matches():
    text = """
def relu_forward(x):
    return x * (x > 0) * (1 + 0.1 * x), x

def relu_backward(dy, x):
    return dy * (x > 0) * (1 + 0.2 * x)
"""
    result = check_text("relu", text)
    assert (result.stage, result.diagnosis) == ("values", "forward_wrong_backward_matches")


def test_a_wrong_forward_with_a_right_backward():
    result = check_patched("relu", "np.maximum(x, 0), x", "np.minimum(x, 0), x")
    assert (result.diagnosis, result.quantity) == ("other_function", "y")
    assert "np.minimum stands where maximum belongs" in result.sentence
    assert result.also == ["your backward is already what was asked for: only y is wrong"]


@pytest.mark.parametrize(
    "old, new, stage, key",
    [
        (DBIAS, "dbias = dy.sum(axis=0)[None]", "form", "wrong_shape"),
        ("return dx, dkernel, dbias", "return dx, dkernel", "form", "wrong_return"),
        ("return dx, dkernel, dbias", "return dx, dkernel, None", "form", "wrong_return"),
        ("return dx, dkernel, dbias", "return dx, dkernel, list(dbias)", "form", "wrong_return"),
        ("return dx, dkernel, dbias", "return", "form", "wrong_return"),
        ("return dx, dkernel, dbias", "return dx, dkernel, dbias * 1j", "form", "wrong_return"),
        ("return dx, dkernel, dbias", "return dkernel, dx, dbias", "form", "wrong_order"),
        ("return dx, dkernel, dbias", "return 2 * dkernel, dx, dbias + 1", "form", "wrong_order"),
        ("return dx, dkernel, dbias", "raise SystemExit('tired')", "exception", "exception"),
        ("return dx, dkernel, dbias", "return dense_backward(dy, cache)", "exception", "exception"),
        ("def dense_backward", "def backward_of_dense", "load", "missing_function"),
        (DBIAS, "dbias = dy.sum(axis=0); dy *= 2", "promise", "mutated_input"),
        (DBIAS, "dbias = dy.sum(axis=0); x += 1", "promise", "aliased_cache"),
    ],
)
def test_answers_that_cannot_be_compared_are_answered_as_well(old, new, stage, key, few_edits):
    result = check_patched("dense", old, new)
    assert (result.passed, result.stage, result.diagnosis) == (False, stage, key)
    assert Result.from_dict(json.loads(json.dumps(result.as_dict()))) == result
    assert as_text(result)


def test_an_error_is_shown_with_its_line():
    result = check_patched("dense", DBIAS, "dbias = dy.sum(axis=0) / nobody")
    assert "NameError" in result.sentence
    assert "dbias = dy.sum(axis=0) / nobody" in result.evidence[0]


def test_a_transpose_that_fits_square_arrays_only_is_recognised_there():
    result = check_patched("dense", "dy @ kernel.T", "dy @ kernel")
    assert (result.sentence, result.confident) == ("In dx, kernel is not transposed.", True)
    assert "ValueError" in result.also[0]


def test_files_that_cannot_be_loaded(tmp_path):
    (tmp_path / "a.py").write_text("def relu_forward(x:\n    pass\n")
    (tmp_path / "b.py").write_text("import numpy as np\nnp.no_such_thing\n")
    assert check_file("relu", tmp_path / "a.py").diagnosis == "syntax_error"
    result = check_file("relu", str(tmp_path / "b.py"))
    assert (result.stage, result.diagnosis) == ("load", "import_error")
    assert "line 2" in result.evidence[0]
    assert check_file("relu", tmp_path / "c.py").diagnosis == "cannot_read"
    assert not (tmp_path / "__pycache__").exists()


def test_an_exercise_may_say_that_it_cannot_check_here():
    def test(functions):
        raise CannotCheck("there is no moon tonight")

    result = check_file(Exercise("", (Property("moon", "", test),), name="relu"), object())
    assert (result.passed, result.stage, result.sentence) == (
        False,
        "unavailable",
        "There is no moon tonight",
    )


@pytest.mark.parametrize(
    "backward",
    [
        "dy * (x >= 0)",  # at 0 both slopes are right; no case lies there
        "np.asfortranarray(dy * (x > 0))",
        "np.stack([dy * (x > 0), dy])[0]",
        "np.array(dy * (x > 0), np.float64)",
    ],
)
def test_right_answers_in_other_forms_pass(backward):
    assert check_patched("relu", "dy * (x > 0)", backward).passed


def test_a_wider_dtype_is_right_but_remarked_on():
    result = check_patched("relu", "dy * (x > 0)", "(dy * (x > 0)).astype(np.float64)")
    assert result.passed
    assert "dx comes out in float64" in result.notes[0]


class Averaging(Dense):
    """Divides where it should add."""

    def backward(self, dy, cache, need_dx=True):
        dx, grads = super().backward(dy, cache, need_dx)
        return dx, {**grads, "kernel": grads["kernel"] / len(dy)}


class Unflipped(Conv2D):
    """Uses the kernel flipped once more on the way back."""

    def backward(self, dy, cache, need_dx=True):
        _, grads = super().backward(dy, cache)
        twin = Conv2D(self.filters, self.kernel_size)
        twin.build(self.input_shape, np.random.default_rng(0), np.float64)
        twin.params["kernel"] = np.ascontiguousarray(np.flip(self.params["kernel"], (2, 3)))
        return twin.backward(dy, cache)[0], grads


@pytest.mark.parametrize(
    "layer, shape, quantity, key",
    [
        (Averaging(4), (5,), 'grads["kernel"]', "over_n"),
        (Unflipped(2, (2, 3)), (1, 3, 4), "dx", "not_flipped"),
    ],
)
def test_the_same_diagnosis_serves_a_layer_of_ones_own(layer, shape, quantity, key, in_numpy):
    report, (result,) = diagnose_layer(layer, shape)
    assert not report.passed
    assert (result.quantity, result.diagnosis, result.confident) == (quantity, key, True)


@pytest.mark.parametrize("layer, shape", [(Dense(3, "relu"), (4,)), (MaxPool2D(2), (2, 4, 6))])
def test_nothing_is_said_of_a_right_layer(layer, shape, in_numpy):
    report, results = diagnose_layer(layer, shape)
    assert report.passed and results == []


def test_axes_of_length_one_that_are_lost():
    result = check_patched("dense", DX, "dx = np.squeeze(dy @ kernel.T)")
    assert (result.diagnosis, result.confident) == ("squeezed", True)


def test_infinity_is_never_near_enough():
    (sample, *_) = samples(lambda want, c: np.full(want.shape, np.inf))
    assert sample.wrong.all()


def test_the_worked_example_may_name_its_upstream_gradient():
    def forward(functions, x):
        return x * 2, None

    given = {"x": np.ones(2), "dy": np.array([3.0, 4.0])}
    seen = []

    def backward(functions, dy, cache):
        seen.append(dy)
        return 2 * dy

    check = Gradients(
        forward=forward,
        backward=backward,
        gradients={"dx": "x"},
        cases=lambda rng: [{"x": rng.standard_normal(3)}],
        example=given,
    )
    assert check_file(Exercise("", (check,), name="relu"), object()).passed
    np.testing.assert_array_equal(seen[0], given["dy"])


def test_what_was_changed_is_shown():
    result = check_patched("relu", "return dy * (x > 0)", "dy *= x > 0\n    return dy")
    assert result.diagnosis == "mutated_input"
    assert result.evidence[0].startswith("case: x (3,)")
    assert "before the call, and is 0 after it" in result.evidence[1]


def test_an_answer_that_depends_on_earlier_calls_is_recognised_though_its_numbers_fit_nothing():
    text = """
import numpy as np

calls = []

def relu_forward(x):
    calls.append(x)
    return np.maximum(x, 0) + len(calls) * np.arange(x.size).reshape(x.shape) ** 2, x

def relu_backward(dy, x):
    return dy * (x > 0)
"""
    result = check_text("relu", text)
    assert result.diagnosis == "hidden_state"
    assert "calls is the same for all calls" in result.sentence, result


@pytest.mark.parametrize(
    "text, words",
    [
        ("def f(x, seen=[]):\n    seen.append(x)", "the default seen=[] of f is made once"),
        ("@functools.cache\ndef f(x):\n    return x", "f keeps its results"),
        ("def f(x):\n    return x + np.random.normal(size=x.shape)", "draws random numbers of its own"),
        ("def f(x):\n    global last\n    last = x", "last is the same for all calls"),
        (
            "class A:\n    kept = {}\n    def f(self, x):\n        self.kept[0] = x",
            "kept is the same",
        ),
        ("def f(x):\n    f.count = 1\n    return x", "f.count is the same for all calls"),
    ],
)
def test_what_calls_share_is_found_in_the_text(text, words):
    (said,) = reasons(text)
    assert words in said


def test_nothing_is_said_to_be_shared_where_calls_share_nothing():
    assert reasons("EPSILON = np.finfo(float).eps\ndef f(x, axis=0):\n    y = []\n    return y") == []
    assert reasons("HALF = np.array([0.5])\ndef f(x):\n    return HALF * x") == []  # which no call changes
    assert reasons("def f(:") == []


@pytest.mark.parametrize(
    "new, words",
    [
        ("(dy if x > 0 else 0 * dy)", "decide entry by entry"),
        ("dy[..., None] @ x[..., None].T @ dy", "they have to be equally long"),
    ],
)
def test_numpys_messages_are_explained(new, words, few_edits):
    result = check_patched("relu", "dy * (x > 0)", new)
    assert result.stage == "exception"
    assert any(words in line for line in result.evidence), result.evidence


def test_a_test_that_stumbles_over_an_answer_names_nothing_with_confidence():
    check = Property(
        "odd", "", lambda functions: len(functions.relu_forward(1.0)), functions=("relu_forward",)
    )
    answer = load_text("def relu_forward(x):\n    return 1\n")
    result = check_file(Exercise("", (check,), name="relu"), answer)
    assert (result.stage, result.diagnosis, result.confident) == ("form", "wrong_return", False)
