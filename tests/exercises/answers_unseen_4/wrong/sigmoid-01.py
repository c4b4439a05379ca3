"""Exercise 3: the sigmoid, which turns any number into one between 0 and 1."""

import numpy as np


def sigmoid_forward(x):
    """tanh is a shifted and scaled sigmoid and never overflows, so use it."""
    y = (1 + np.tanh(x)) / 2
    return y, y


def sigmoid_backward(dy, cache):
    y = cache
    return dy * y * (1 - y)
