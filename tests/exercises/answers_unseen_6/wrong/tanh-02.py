"""Exercise 4: tanh, as two small functions."""

import numpy as np


def derivative(v):
    return 1 - np.tanh(v) ** 2


def tanh_forward(x):
    out = np.tanh(x)
    return out, out


def tanh_backward(dy, cache):
    return dy * derivative(cache)
