"""Exercise 4: tanh."""

import numpy as np


def tanh_forward(x):
    y = np.tanh(x)
    return y, y


def tanh_backward(dy, cache):
    y = cache
    dx = dy * (1 - y) ** 2
    return dx
