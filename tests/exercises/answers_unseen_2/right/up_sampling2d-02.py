"""Exercise 15: a linear map on the rows and one on the columns."""

import numpy as np


def copies(length, factor, dtype):
    """(length * factor, length): a one where the row copies the column."""
    return (np.arange(length * factor)[:, None] // factor == np.arange(length)).astype(dtype)


def up_sampling2d_forward(x, size):
    down = copies(x.shape[2], size[0], x.dtype)
    right = copies(x.shape[3], size[1], x.dtype)
    return down @ x @ right.T, (down, right)


def up_sampling2d_backward(dy, cache):
    down, right = cache
    return down.T @ dy @ right
