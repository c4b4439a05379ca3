"""Exercise 4: tanh without overflow."""

import numpy as np


def tanh_forward(x):
    # s / c, both multiplied by exp(-|x|): the exponent is never positive
    e = np.exp(-2 * np.abs(x))
    y = (1 - e) / (1 + e)
    return y, y


def tanh_backward(dy, cache):
    slope = 1 - cache ** 2
    return dy * slope
