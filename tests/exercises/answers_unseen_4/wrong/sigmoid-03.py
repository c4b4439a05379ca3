"""Exercise 3: the sigmoid, which turns any number into one between 0 and 1."""

import numpy as np


def _positive(v):
    return 1 / (1 + np.exp(-v))


def _negative(v):
    e = np.exp(v)
    return e / (1 + e)


def sigmoid_forward(x):
    y = np.zeros_like(x)
    for chosen, formula in ((x > 0, _positive), (x < 0, _negative)):
        y[chosen] = formula(x[chosen])
    return y, y.copy()


def sigmoid_backward(dy, cache):
    return cache * (1 - cache) * dy
