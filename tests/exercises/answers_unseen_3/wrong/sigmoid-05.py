import numpy as np


def sigmoid_forward(x):
    y = np.empty(x.shape, dtype=np.result_type(x, np.float32))
    pos = x >= 0
    neg = np.logical_not(pos)
    y[pos] = 1 / (1 + np.exp(-x[pos]))
    e = np.exp(x[neg])
    y[neg] = e / (1 + e)
    return y, y


def sigmoid_backward(dy, cache):
    cache *= 1 - cache
    cache *= dy
    return cache
