"""Each form where it is safe, by masks; backward computes σ again from x."""

import numpy as np


def sigma(x):
    y = np.empty_like(x)
    positive = x >= 0
    y[positive] = 1 / (1 + np.exp(-x[positive]))
    e = np.exp(x[~positive])
    y[~positive] = e / (1 + e)
    return y


def sigmoid_forward(x):
    return sigma(x), x


def sigmoid_backward(dy, cache):
    s = sigma(cache)
    return dy * (s - s**2)
