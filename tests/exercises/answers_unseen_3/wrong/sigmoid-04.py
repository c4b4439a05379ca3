"""Sigmoid by symmetry: compute it for |x| and mirror."""

import numpy as np


def sigmoid_forward(x):
    a = np.abs(x)
    right_half = 1 / (1 + np.exp(-a))      # exp of a negative number, always safe
    y = np.where(x < 0, -right_half, right_half)
    return y, {"y": y}


def sigmoid_backward(dy, cache):
    y = cache["y"]
    return dy * y * (1 - y)
