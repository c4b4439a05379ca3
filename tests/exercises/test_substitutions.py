"""What right programs compute is put into a learner's program, in its own names."""

import ast

import numpy as np
import pytest
from answers import check_patched, check_text, text_of
from slow_cases import slow_but

from npae.exercises.right_values import noted
from npae.exercises.values import Values
from npae.exercises.worker.calls import run

# Exercise, a part of its right program, what stands there instead, and words of the sentence.
TOLD = [
    ("dense", "dy @ kernel.T", "dy @ np.linalg.pinv(kernel)", "np.linalg.pinv(kernel) stands where kernel.T"),
    (
        "dense",
        ("x, kernel = cache", "dx = dy @ kernel.T", "x.T @ dy"),
        ("seen, weights = cache", "dx = dy @ weights.T", "np.outer(seen.sum(0), dy.sum(0))"),
        "stands where seen.T @ dy belongs",
    ),
    ("tanh", "dy * (1 - y**2)", "dy * np.cos(y)", "np.cos(y) stands where 1 - y ** 2 belongs"),
]


@pytest.mark.parametrize("exercise, old, new, words", slow_but(TOLD[1:2], TOLD))
def test_an_expression_of_a_right_program_is_told_in_the_learners_names(exercise, old, new, words):
    assert words in check_patched(exercise, old, new).sentence


def test_expressions_leave_their_values():
    tree = ast.parse("def f(x, k):\n    x[k] += len([one * k for one in x])\n    return x[:, k - 1] + 1\n")
    module = run(noted(tree), "<noted>")
    assert module.f(np.ones((2, 2)), 1).tolist() == [2, 4]
    names = {ast.unparse(one): one.noted for one in ast.walk(tree) if hasattr(one, "noted")}
    assert {"x[:, k - 1] + 1", "k - 1", "[one * k for one in x]"} <= set(names)


def test_values_are_found_up_to_rounding():
    values = Values()
    for name, value in {"two": 2, "pi": np.array(3.14), "row": np.arange(3.0), "nothing": "x"}.items():
        values.add(value, name)
    assert values.group(2.0).things == ["two"] and values.group(3.140000000001).things == ["pi"]
    assert values.group(np.arange(3) * (1 + 1e-12)).things == ["row"] and values.group("x") is None
    assert [group.things for group in values.groups(2, shaped=True)] == [["pi"]]


def test_an_argument_that_is_returned_where_nothing_is_to_be_done_is_named():
    new = "y = x if (x > 0).all() else np.maximum(x, 0)\n    return y, x"
    result = check_text("relu", text_of("relu", "return np.maximum(x, 0), x", new))
    assert (result.diagnosis, result.function) == ("returned_argument", "relu_forward")


@pytest.mark.slow
def test_options_of_which_other_values_are_not_used_are_named():
    old = ("beta_1 * m + (1 - beta_1) * grad", "beta_2 * v + (1 - beta_2)", "1 - beta_1**t", "1 - beta_2**t")
    new = tuple(text.replace("beta_1", "0.9").replace("beta_2", "0.999") for text in old)
    sentence = check_patched("adam", old, new).sentence
    assert "right where beta_1 = 0.9 and beta_2 = 0.999, and for no other values" in sentence
