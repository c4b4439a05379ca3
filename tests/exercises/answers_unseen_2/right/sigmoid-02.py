import numpy as np


def _form_1(x):
    return 1 / (1 + np.exp(-x))


def _form_2(x):
    e = np.exp(x)
    return e / (1 + e)


class _Cache:
    def __init__(self, slope):
        self.slope = slope


def sigmoid_forward(x):
    out = np.empty(np.shape(x), dtype=np.result_type(x, np.float32))
    for where, form in ((x >= 0, _form_1), (x < 0, _form_2)):
        out[where] = form(x[where])
    return out, _Cache(out * (1 - out))


def sigmoid_backward(dy, cache):
    return np.multiply(dy, cache.slope)
