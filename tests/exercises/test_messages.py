"""What a diagnosis says besides its name: one sentence, no place that is an accident, what may be meant."""

import re

import numpy as np
import pytest
from answers import check_patched, check_text

from npae.exercises import catalogue
from npae.exercises.case import Case
from npae.exercises.checking import Result
from npae.exercises.evidence import which_entries
from npae.exercises.samples import Sample
from npae.exercises.sentences import SENTENCES
from npae.exercises.slips import slips_of

DBIAS = "dbias = dy.sum(axis=0)"


def test_each_diagnosis_is_one_sentence():
    texts = list(SENTENCES.values())
    for exercise in catalogue.all():
        texts += [slip.sentence for slip in slips_of(exercise.name)]
        texts += [getattr(check, "sentence", "") for check in exercise.checks]
    assert [text for text in texts if re.search(r"[.!?]\s+\w", text)] == []


POOLING = """
import numpy as np

def max_pool2d_forward(x, pool_size, strides):
    (kh, kw), (sh, sw) = pool_size, strides
    windows = np.lib.stride_tricks.sliding_window_view(x, pool_size, axis=(2, 3))[:, :, ::sh, ::sw]
    return windows.max(axis=(-2, -1)), (x, windows.reshape(*windows.shape[:4], -1), pool_size, strides)

def max_pool2d_backward(dy, cache):
    x, cells, (kh, kw), (sh, sw) = cache
    dx = {new}
    for n, c, p, q in np.ndindex(dy.shape):
        cell = {winner}
        dx[n, c, p * sh + cell // kw, q * sw + cell % kw] {add} dy[n, c, p, q]
    return dx
"""
FIRST, LAST = "cells[n, c, p, q].argmax()", "kh * kw - 1 - cells[n, c, p, q][::-1].argmax()"


@pytest.mark.slow
def test_no_place_is_claimed_that_is_an_accident_of_the_cases():
    assert check_text("max_pool2d", POOLING.format(new="np.zeros_like(x)", winner=FIRST, add="+=")).passed
    late = check_text("max_pool2d", POOLING.format(new="np.zeros_like(x)", winner=LAST, add="+="))
    assert "last of several equal entries" in late.sentence and not any(
        "only" in line for line in late.evidence
    ), late.evidence
    last = check_text("max_pool2d", POOLING.format(new="np.zeros_like(x)", winner=FIRST, add="="))
    assert "assigned with =" in last.sentence
    assert not any("where" in line or "only" in line for line in last.evidence), last.evidence


def test_a_place_counts_only_in_samples_that_could_have_shown_another():
    rng, found = np.random.default_rng(0), []
    for n, units in ((1, 4), (1, 5), (1, 2), (3, 4)):
        want = rng.standard_normal((n, units))
        got = want + 0.1 * want**2
        got[:-1] = want[:-1]
        found.append(Sample(Case({}, sizes={"n": n}), got, want, 1e-9, ("n", "units")))
    assert "last example" in which_entries(found)
    found[-1].wrong[-1, 1:] = False
    assert "last example" not in which_entries(found)


def test_what_was_never_written_is_told_from_zeros_whatever_memory_holds():
    result = check_text("max_pool2d", POOLING.format(new="np.empty_like(x)", winner=FIRST, add="="))
    assert (result.quantity, result.diagnosis, result.confident) == ("dx", "uninitialised", True)
    assert np.isfinite(np.empty_like(np.ones(3), int)).all() and np.empty.__module__ == "numpy"
    text = POOLING.format(new="np.empty_like(x); dx.fill(0)", winner=FIRST, add="+=")
    assert check_text("max_pool2d", text).passed


def test_strides_are_told_from_height_and_width():
    result = check_patched("im2col", "    h_out = (h - kh) // sh + 1", "    h_out = (h - kh) // sw + 1")
    assert "sw stands where sh belongs" in result.sentence or not result.confident


@pytest.mark.parametrize("name", ["reluForward", "Relu_forward", "relu_foward"])
def test_a_name_that_is_nearly_right_is_recognised(name):
    result = check_patched("relu", "def relu_forward", f"def {name}")
    assert result.diagnosis == "missing_function" and name in result.evidence[0]
    assert "no function at all" in check_text("relu", "").evidence[0]


def test_what_is_asked_for_is_said_where_a_part_of_it_is_missing():
    result = check_text("adam", "def adam_step(param, grad, state=None, **settings):\n    return param")
    assert (result.diagnosis, result.confident) == ("wrong_return", True)
    assert "has to return (param, state); it returns an array of shape (1,)" in result.sentence


def test_an_error_without_words_needs_no_colon():
    assert check_patched("dense", DBIAS, "raise MemoryError").sentence.endswith("error: MemoryError")


def test_biases_that_are_summed_are_recognised():
    result = check_patched("dense", "y = x @ kernel + bias\n", "y = x @ kernel + bias.sum()\n")
    assert "the sum of all of bias stands where each entry belongs" in result.sentence and result.confident


def test_a_result_of_which_only_the_flag_says_passed_has_not_passed():
    assert not Result("relu", passed=True, stage="values", diagnosis="sign").as_dict()["passed"]
    assert Result("relu", passed=True).as_dict()["passed"]
