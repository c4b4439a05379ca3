"""The cache is x; backward computes tanh again and factors the slope."""

import numpy as np


def tanh_forward(x):
    return np.tanh(x), x


def tanh_backward(dy, cache):
    y = np.tanh(cache)
    return dy * (1 - y) * (1 + y)
