"""General edits, shown on softmax cross-entropy and batch normalisation: one mistake for each operator."""

import ast
from pathlib import Path
from types import SimpleNamespace

import pytest
from answers import check_text
from slow_cases import slow_but

from npae.exercises import catalogue, explaining
from npae.exercises.edits.making import INSERTIONS, OPERATORS, all_edits
from npae.exercises.explaining import explain
from npae.exercises.learner import load_text
from npae.exercises.texts import right_texts
from npae.exercises.worker.tracing import Held

SOFTMAX, NORM = "softmax_crossentropy", "batch_normalization"


# exercise, number of the check, right text, what stands in its place, words of the sentence
BY_ONE_EDIT = [
    (
        NORM,
        0,
        "np.sqrt(variance + epsilon)",
        "np.sqrt(variance) + epsilon",
        "epsilon stands outside of np.sqrt(...)",
    ),
    (
        NORM,
        0,
        "(n * dx_hat - through_mean - through_variance) / (n * std)",
        "dx_hat / std",
        "only the term n * dx_hat",
    ),
    (
        NORM,
        0,
        "gamma * x_hat + beta",
        "gamma * (x_hat + beta)",
        "beta is added too early: gamma multiplies it",
    ),
    (
        NORM,
        0,
        "std = np.sqrt(variance + epsilon)",
        "std = np.sqrt(variance + 1e-5)",
        "The argument epsilon is ignored",
    ),
    (NORM, 0, "x_hat = (x - mean) / std", "x_hat = (x - mean) / std**2", "no root is taken"),
    (
        NORM,
        1,
        "momentum * moving_mean + (1 - momentum)",
        "(1 - momentum) * moving_mean + momentum",
        "1 - momentum stands where momentum belongs",
    ),
    (
        SOFTMAX,
        0,
        "dz /= n",
        "dz /= z.shape[1]",
        "the length of z along classes stands where that along n belongs",
    ),
    (SOFTMAX, 0, "dz[rows, t] -= 1", "dz[:, t] -= 1", ": stands where rows belongs"),
    (SOFTMAX, 0, "dz[rows, t] -= 1", "dz[rows, t] = -1", "assigned with =, where 1 is to be subtracted"),
    (SOFTMAX, 0, "dz[rows, t] -= 1", "dz[rows, t - 1] -= 1", "t is one too small: indices count from 0"),
    (
        SOFTMAX,
        0,
        "np.sum(e, axis=1, keepdims=True)",
        "np.sum(e, axis=1)",
        "has lost its axis: keepdims is missing",
    ),
    (SOFTMAX, 0, "np.sum(e, axis=1, keepdims=True)", "np.sum(e, axis=0)", "the sum of e is taken over n"),
    (SOFTMAX, 0, "s - np.log(total)", "np.log(e / total + 1e-6)", "1e-06 is added inside the logarithm"),
    (
        SOFTMAX,
        1,
        "s - np.log(total)",
        "np.log(np.clip(e / total, 1e-9, 1 - 1e-9))",
        "cut off at 1e-09 and at 1 - 1e-09",
    ),
    (SOFTMAX, 1, "np.max(z, axis=1, keepdims=True)", "z.max()", "the max of z is taken over everything"),
]


# Where the edits that are tried before the right one take the longest.
LATE = ("dz /= z.shape[1]", "np.log(np.clip(e / total, 1e-9, 1 - 1e-9))", "x_hat = (x - mean) / std**2")
QUICK = [case for case in BY_ONE_EDIT if case[3] not in LATE]


@pytest.mark.parametrize("exercise, number, old, new, words", slow_but(QUICK, BY_ONE_EDIT))
def test_an_operator_names_the_mistake(exercise, number, old, new, words):
    text = right_texts(exercise)["right.py"]
    assert text.count(old) == 1
    found = explain(exercise, catalogue.get(exercise).checks[number], load_text(text.replace(old, new)), 0)
    assert words in found.edits[0][0].sentence, found


@pytest.mark.slow
def test_a_size_that_is_taken_from_the_labels_is_named(monkeypatch):
    monkeypatch.setattr(explaining, "TRIES", 10_000)
    text = right_texts(SOFTMAX)["right_one_hot.py"].replace("np.eye(classes,", "np.eye(t.max() + 1,")
    found = explain(SOFTMAX, catalogue.get(SOFTMAX).checks[0], load_text(text), 0)
    assert "the largest entry of t plus 1" in found.edits[0][0].sentence


def test_the_same_mistake_in_two_lines_is_one_edit_and_reads_as_the_program_with_both():
    text = right_texts(NORM)["right.py"]
    for name in ("mean", "variance"):
        right = f"momentum * moving_{name} + (1 - momentum) * {name}"
        text = text.replace(right, f"(1 - momentum) * moving_{name} + momentum * {name}")
    result = check_text(NORM, text)
    assert result.confident and "In moving_mean, 1 - momentum stands" in result.sentence
    assert "in moving_variance, 1 - momentum stands" in result.sentence
    line = "moving_variance = (1 - momentum) * moving_variance + (1 - (1 - momentum)) * variance"
    assert line in result.evidence[0]


def test_a_variable_of_forward_is_shown_by_its_name():
    text = right_texts(NORM)["right.py"]
    for old, new in (
        ("return y, (x_hat, std, gamma)", "return y, (x_hat, std, gamma, x)"),
        ("x_hat, std, gamma = cache", "x_hat, std, gamma, x = cache"),
        ("dgamma = np.sum(dy * x_hat", "dgamma = np.sum(dy * x"),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    result = check_text(NORM, text)
    assert result.sentence == "In dgamma, x stands where x_hat belongs."
    assert "dgamma = np.sum(dy * x, axis=0)" in result.evidence[0]


def test_an_infinite_loss_is_told_with_what_made_it():
    text = right_texts(SOFTMAX)["right.py"].replace("z - np.max(z, axis=1, keepdims=True)", "z")
    result = check_text(SOFTMAX, text)
    assert (
        result.diagnosis == "overflow"
        and "the term np.max(z, axis=1, keepdims=True) is missing" in result.also[0]
    )


@pytest.mark.slow
def test_operators_edit_programs_of_any_form():
    """A learner's program has expressions that no right program has: an operator must not stop at them."""
    files = sorted(Path(__file__).parent.glob("answers_unseen*/*/*.py"))
    for file in files[::40]:
        tree = ast.parse(file.read_text())
        functions = {one.name: one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)}
        held = {one.id: Held("array 2", (2, 3)) for one in ast.walk(tree) if isinstance(one, ast.Name)}
        program = SimpleNamespace(functions=functions, held=dict.fromkeys(functions, held))
        assert all(edit.cost > 0 for edit in all_edits(program, operators=[*OPERATORS, *INSERTIONS])), file
