"""Exercise 3: the sigmoid, which turns any number into one between 0 and 1."""

import numpy as np


def sigmoid_forward(x):
    """Return y, cache: y by formulas (1) and (2), and whatever sigmoid_backward needs."""
    # split, so that each form sees only the numbers for which it is safe
    negative_numbers = x[x < 0]
    other_numbers = x[x >= 0]

    e = np.exp(negative_numbers)
    y_negative = e / (1 + e)
    y_other = 1 / (1 + np.exp(-other_numbers))

    y = np.concatenate([y_negative, y_other])
    y = np.reshape(y, x.shape)
    return y, y


def sigmoid_backward(dy, cache):
    """Return dx, by formula (4)."""
    y = cache
    return dy * y * (1 - y)
