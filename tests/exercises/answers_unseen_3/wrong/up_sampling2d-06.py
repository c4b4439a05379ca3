"""Exercise 15: upsampling by repetition, the decoder's way to make images larger."""

import numpy as np


def _nearest(length, factor):
    """The row (or column) of x that each row of y is copied from."""
    return np.minimum(np.rint(np.arange(length * factor) / factor).astype(int), length - 1)


def up_sampling2d_forward(x, size):
    rows, cols = (_nearest(length, factor) for length, factor in zip(x.shape[2:], size))
    y = x.take(rows, axis=2).take(cols, axis=3)
    return y, (x.shape, size)


def up_sampling2d_backward(dy, cache):
    shape, (sh, sw) = cache
    rows = np.arange(shape[2]).repeat(sh)[:, np.newaxis]
    cols = np.arange(shape[3]).repeat(sw)
    dx = np.zeros(shape, dtype=dy.dtype)
    dx[:, :, rows, cols] += dy
    return dx
