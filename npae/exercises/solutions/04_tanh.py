"""Exercise 4, solved: tanh."""

import numpy as np


def tanh_forward(x):
    """Return y = tanh(x), and y as the cache."""
    y = np.tanh(x)
    return y, y


def tanh_backward(dy, cache):
    """Return dx = dy (1 - y²)."""
    y = cache
    return dy * (1 - y**2)
