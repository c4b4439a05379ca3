"""Exercise 3, one number at a time, as in plain Python."""

import math

import numpy as np


def one(v):
    e = math.exp(-abs(v))
    return (1.0 if v >= 0 else e) / (1.0 + e)


def sigmoid_forward(x):
    kind = np.result_type(x.dtype, np.float32)
    y = np.fromiter(map(one, x.ravel().tolist()), dtype=kind, count=x.size).reshape(x.shape)
    return y, y.copy()


def sigmoid_backward(dy, cache):
    return np.multiply(dy, np.multiply(cache, 1 - cache))
