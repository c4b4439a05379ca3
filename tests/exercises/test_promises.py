"""Answers that are right for the first call, or for arrays in the usual order of memory, do not pass."""

import numpy as np
import pytest
from answers import check_text, text_of

from npae.exercises import sandbox
from npae.exercises.worker.layouts import LAYOUTS, laid_out

STRIDES = """size = x.itemsize
    steps = np.cumprod([1, w, h, c])[::-1] * size
    seen = np.lib.stride_tricks.as_strided(x, columns.shape, (*steps, sh * w * size, sw * size))
    return seen.reshape(n, c * kh * kw, h_out * w_out).copy()"""
BASE = """
    whole = x if x.base is None or x.base.size != x.size else x.base
    y = whole.reshape(x.shape) @ kernel + bias"""
SIGN_BIT = "return np.where(np.frombuffer(x.tobytes('A'), f'i{x.itemsize}').reshape(x.shape) < 0, 0, x), x"
MASK = "np.where(rng.random(x.size) < p, 0, x.ravel('K')).reshape(x.shape)"
LIKE = "y = np.zeros_like(x)\n    y.reshape(-1)[...] = np.ravel(gamma * x_hat + beta)"

# Exercise, what of its right program is exchanged, for what; the argument to be named.
ONE_LAYOUT = {
    "strides of the shape": ("im2col", "return columns.reshape(n, c * kh * kw, h_out * w_out)", STRIDES, "x"),
    "ravel in memory's order": (
        "mean_squared_error",
        "y - t",
        "(y - t.ravel('K').reshape(y.shape))",
        "t",
    ),
    "the base of a view": ("dense", "\n    y = x @ kernel + bias", BASE, "x"),
    "order A": (
        "adam",
        "t = t + 1",
        "t, grad = t + 1, grad.reshape(-1, order='A').reshape(grad.shape)",
        "grad",
    ),
    "bytes seen as integers": ("relu", "return np.maximum(x, 0), x", SIGN_BIT, "x"),
    "a buffer": ("tanh", "return dy *", "return np.ndarray(dy.shape, dy.dtype, dy.tobytes('A')) *", "dy"),
    "an array like x, written flat": ("batch_normalization", "y = gamma * x_hat + beta", LIKE, "x"),
    "random numbers": ("denoising", "np.where(rng.random(x.shape) < p, 0, x)", MASK, "x"),
    "callbacks": ("sequential", "steps = []", "steps, x = [], x.ravel('K').reshape(x.shape)", "x"),
}


@pytest.mark.parametrize("exercise, old, new, argument", ONE_LAYOUT.values(), ids=ONE_LAYOUT)
def test_what_is_right_for_contiguous_arrays_only_is_named_with_its_argument(
    exercise, old, new, argument, tmp_path
):
    text = text_of(exercise, old, new)
    result = check_text(exercise, text)
    assert (result.stage, result.diagnosis) == ("promise", "not_contiguous"), result
    assert f"when {argument} is not contiguous in memory" in result.sentence
    (tmp_path / "answer.py").write_text(text)  # through the pipes, arrays have to keep their layout
    assert sandbox.check(exercise, tmp_path / "answer.py").report["sentence"] == result.sentence


def test_an_error_for_such_an_array_is_shown():
    new = "return np.maximum(x, 0), np.frombuffer(x.data, x.dtype).reshape(x.shape)"
    result = check_text("relu", text_of("relu", "return np.maximum(x, 0), x", new))
    assert result.diagnosis == "not_contiguous"
    assert any("contiguous" in line for line in result.evidence), result.evidence


@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_array_laid_out_otherwise_holds_the_same_numbers(layout):
    for dtype in ("f8", "f4", "i8", "?"):
        array = np.arange(24).reshape(2, 3, 4).astype(dtype)
        found = laid_out({"a": (array, 3)}, layout)["a"][0]
        np.testing.assert_array_equal(found, array)
        assert found.dtype == array.dtype
        assert not found.flags.c_contiguous
        assert not np.shares_memory(found, array)


def remembered(name, value):
    """Return a line that keeps a value of the first call of each shape."""
    return f"{name} = KEPT.setdefault(({value}).shape, {value})"


def filled(name, value):
    """Return lines that put a value into an array that is there for all calls."""
    return f"{name} = KEPT.setdefault(({value}).shape, np.zeros(({value}).shape))\n    {name}[...] = {value}"


RETURNED, LOSS = "\n    return dx.copy()", "dy = 2 * difference / y.size"
STATE = {
    "gradients of the first call": (
        "relu",
        "return dy * (x > 0)",
        remembered("dx", "dy * (x > 0)") + RETURNED,
    ),
    "an array of a loss": (
        "contractive",
        "n = len(h)",
        "n = len(h)\n    " + remembered("kernel", "kernel.copy()"),
    ),
    "an earlier cache": (
        "conv2d",
        "dx = np.zeros_like(x)",
        "dx = 0 * x\n    " + remembered("kernel", "kernel"),
    ),
    "a number": ("binary_crossentropy", "np.mean(terms)", "KEPT.setdefault(z.shape, np.mean(terms))"),
    "means": (
        "batch_normalization",
        "np.sqrt(variance + epsilon)",
        "KEPT.setdefault(x.shape, np.sqrt(variance + epsilon))",
    ),
    "one array for all gradients": ("dense", "dkernel = x.T @ dy", filled("dkernel", "x.T @ dy")),
    "one array for all losses": ("mean_squared_error", LOSS, filled("dy", LOSS[5:])),
}


@pytest.mark.parametrize("exercise, old, new", STATE.values(), ids=STATE)
def test_what_calls_leave_for_later_ones_is_told(exercise, old, new):
    result = check_text(exercise, text_of(exercise, old, new) + "\n\nKEPT = {}\n")
    assert (result.passed, result.diagnosis) == (False, "hidden_state"), result


def test_a_list_that_all_trainings_share_is_told(tmp_path):
    text = text_of("overfit", "losses = []", "losses = KEPT\n    losses.clear()") + "\n\nKEPT = []\n"
    (tmp_path / "answer.py").write_text(text)
    report = sandbox.check("overfit", tmp_path / "answer.py").report
    assert (report["stage"], report["diagnosis"]) == ("promise", "hidden_state"), report
