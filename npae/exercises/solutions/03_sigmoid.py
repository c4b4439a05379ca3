"""Exercise 3, solved: the sigmoid."""

import numpy as np


def sigmoid_forward(x):
    """Return y = 1 / (1 + exp(-x)), and y as the cache."""
    small = np.exp(-np.abs(x))  # never above 1, so nothing overflows
    y = np.where(x >= 0, 1, small) / (1 + small)
    return y, y


def sigmoid_backward(dy, cache):
    """Return dx = dy y (1 - y)."""
    y = cache
    return dy * y * (1 - y)
