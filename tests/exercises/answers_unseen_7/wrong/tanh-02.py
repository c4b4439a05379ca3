import numpy as np


def tanh_forward(x):
    s = np.exp(x) - np.exp(-x)
    c = np.exp(x) + np.exp(-x)
    y = s / c
    return y, (y,)


def tanh_backward(dy, cache):
    y, = cache
    return dy * (1 - y * y)
