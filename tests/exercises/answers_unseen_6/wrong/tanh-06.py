"""Exercise 4: tanh."""

import numpy as np


def tanh_forward(x):
    z = np.clip(x, -3, 3)          # so that exp cannot overflow
    s = np.exp(z) - np.exp(-z)
    c = np.exp(z) + np.exp(-z)
    y = s / c
    return y, y


def tanh_backward(dy, y):
    return dy * y * (1 - y)
