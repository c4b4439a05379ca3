"""Exercise 4 with expm1: with q = exp(-2|x|) - 1, the size of tanh is -q / (q + 2)."""

import numpy as np


def tanh_forward(x):
    q = np.expm1(-2 * np.abs(x))
    y = np.copysign(q / (q + 2), x)
    return y, 1 - np.square(y)


def tanh_backward(dy, cache):
    return np.multiply(cache, dy)
