"""Exercise 3: sigmoid, the two forms for the two halves of x."""

import numpy as np


def sigmoid_forward(x):
    y = np.zeros(x.shape)

    right = x > 0
    y[right] = 1 / (1 + np.exp(-x[right]))

    left = x < 0
    e = np.exp(x[left])
    y[left] = e / (1 + e)

    return y, y


def sigmoid_backward(dy, cache):
    return dy * cache * (1 - cache)
