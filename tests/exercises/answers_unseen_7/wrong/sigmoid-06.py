import numpy as np


def sigmoid_forward(x):
    x = np.asarray(x, dtype=np.result_type(x, np.float32))
    y = np.zeros_like(x)

    right = x > 0
    y[right] = 1.0 / (1.0 + np.exp(-x[right]))

    left = x < 0
    t = np.exp(x[left])
    y[left] = t / (1.0 + t)

    return y, y.copy()


def sigmoid_backward(dy, cache):
    return cache * (1.0 - cache)
