import numpy as np


def tanh_forward(x):
    # (exp(x) - exp(-x)) / (exp(x) + exp(-x)), above and below times exp(-x):
    # (1 - exp(-2x)) / (1 + exp(-2x))
    q = np.exp(-2.0 * np.abs(x))
    y = (1.0 - q) / (1.0 + q)
    return y, [y]


def tanh_backward(dy, cache):
    y = cache[0]
    dx = dy * y * (1.0 - y)
    return dx
