"""Exercise 4: tanh. Multiply (1) above and below by exp(x), then only one exponential is left."""

import numpy as np


def tanh_forward(x):
    e2 = np.exp(2 * x)
    y = (e2 - 1) / (e2 + 1)
    return y, y


def tanh_backward(dy, cache):
    return dy * (1 - cache * cache)
