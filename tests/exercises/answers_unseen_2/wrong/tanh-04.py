import numpy as np


def _sigmoid(a):
    e = np.exp(-np.abs(a))
    return np.where(a < 0, e / (1 + e), 1 / (1 + e))


def tanh_forward(x):
    # tanh is a stretched sigmoid, and that one I already have
    s = _sigmoid(2 * x)
    return 2 * s - 1, s


def tanh_backward(dy, cache):
    s = cache
    dsigmoid = s * (1 - s)
    return dy * 2 * dsigmoid
