import numpy as np


def relu_forward(x):
    return np.clip(x, 0, 1), np.flatnonzero(x <= 0)


def relu_backward(dy, cache):
    np.put(dy, cache, 0)
    return dy
