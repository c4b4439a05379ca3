"""Mistakes are found in the learner's own program, by the edit that makes it right."""

import ast
from pathlib import Path

import numpy as np
import pytest
from slow_cases import slow_but

from npae.exercises.checking import check_file
from npae.exercises.known_arrays import Known
from npae.exercises.learner import load
from npae.exercises.suspects import suspects
from npae.exercises.worker.tracing import Assigned
from npae.exercises.written import written

ANSWERS = Path(__file__).parent / "answers_unseen_3" / "wrong"


# strangers' answers, and words that are told of them: of the first mistake, and of the second
TOLD = {
    "conv2d-05": ("(border, border) stands where (kernel.shape[3] - 1, kernel.shape[3] - 1) belongs",),
    "conv2d_transpose-06": ("kernel is flipped along kh and kw", "averaged over the batch"),
    "im2col-06": ("(c * kw + j) * kh + i stands where (c * kh + i) * kw + j belongs", "and no copies"),
    "mean_squared_error-04": ("the mean of 2 * d stands where each entry belongs",),
    "numba_kernel-04": ("for q in range(w_out) is done once, before the loop over p",),
    "padding_and_strides-04": ("kh stands where kw belongs", "the division by n does not belong there"),
    "relu-04": ("cache stands where cache > 0 belongs",),
    "relu-05": ("dy[positive] has only the chosen entries",),
    "sequential-05": ("k > 0 stands where k >= 0 belongs",),
    "softmax_crossentropy-06": ("t is one too small", "the division by n is missing"),
    "up_sampling2d-06": ("rounds to the nearest number", "np.add.at adds every time"),
}


@pytest.mark.parametrize("answer", slow_but({"relu-04", "relu-05", "mean_squared_error-04"}, TOLD))
def test_mistakes_in_the_learners_own_program_are_named(answer):
    result = check_file(answer.rpartition("-")[0], load(ANSWERS / f"{answer}.py"))
    text = "\n".join([result.sentence, *result.also])
    assert [words for words in TOLD[answer] if words not in text] == [], text


PROGRAM = """
def f(x):
    k = 3
    scaled = x * k
    shifted = scaled + 1
    wide = shifted[::-1]
    other = x - 1
    return wide * other
"""


@pytest.mark.parametrize(
    "wrong, makers, users",
    [
        ("scaled shifted wide", ["k = 3", "scaled = x * k"], ["shifted = scaled + 1"]),
        ("wide", ["wide = shifted[::-1]"], ["return wide * other"]),
        ("", ["return wide * other"], []),
    ],
)
def test_suspects_are_the_lines_that_make_the_first_wrong_array_or_use_it(wrong, makers, users):
    names, x = ("x", "scaled", "shifted", "wide", "other"), np.arange(6.0).reshape(2, 3) ** 2
    arrays = [Assigned("f", 0, name, x + k) for k, name in enumerate(names)]
    program = written(PROGRAM)
    known = Known([one.array for one in arrays if one.name not in wrong.split()])
    for found, lines in zip(suspects(program, arrays, known, set()), (makers, users)):
        assert [ast.unparse(one) for one in ast.walk(program.tree) if id(one) in found] == lines


def test_a_flipped_array_is_known_in_another_order_only():
    known = Known([np.arange(6.0).reshape(2, 3)])
    flipped, turned = np.arange(6.0)[::-1].reshape(2, 3), np.arange(6.0).reshape(2, 3).T
    assert known.has(flipped) and not known.has(flipped, in_order=True)
    assert known.has(turned, in_order=True)
