"""Exercise 2: ReLU forward/backward."""

import numpy as np


def relu_forward(x):
    slope_left = 0.01
    y = np.where(x > 0, x, slope_left * x)
    return y, np.where(x > 0, x, 0)


def relu_backward(dy, cache):
    return dy * cache
