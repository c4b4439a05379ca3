"""tanh(x) = 2 σ(2 x) - 1, with exponents that are never positive."""

import numpy as np


def tanh_forward(x):
    small = np.exp(-2 * np.abs(x))
    y = np.sign(x) * (1 - small) / (1 + small)
    return y, [y]


def tanh_backward(dy, cache):
    (y,) = cache
    return dy - dy * y * y
