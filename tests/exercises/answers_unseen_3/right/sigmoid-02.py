"""The two halves of the sigmoid, written into one array."""
import numpy as np


class _Saved:
    def __init__(self, y):
        self.y = y.copy()

    def slope(self):
        return self.y * (1 - self.y)


def sigmoid_forward(x):
    x = np.asarray(x)
    y = np.empty(x.shape, dtype=np.result_type(x, np.float32))
    lower = x < 0
    e = np.exp(x[lower])
    y[lower] = e / (e + 1)
    y[~lower] = 1 / (np.exp(np.negative(x[~lower])) + 1)
    return y, _Saved(y)


def sigmoid_backward(dy, cache):
    return np.multiply(dy, cache.slope())
