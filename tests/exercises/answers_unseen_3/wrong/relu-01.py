"""Exercise 2: ReLU."""

import numpy as np


def relu_forward(x):
    y = np.maximum(x, 0)
    return y, None          # backward is the same function again, nothing to remember


def relu_backward(dy, cache):
    return np.maximum(dy, 0)
