"""Writes in place, but only to arrays of its own; the slopes are the cache."""

import numpy as np


def relu_forward(x):
    slope = np.heaviside(x, 0.5)
    y = x.copy()
    y[y < 0] = 0
    return y, slope


def relu_backward(dy, cache):
    dx = dy.copy()
    dx *= cache
    return dx
