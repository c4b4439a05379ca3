"""Exercise 2: the cache is a function, which knows the way back."""

import numpy as np


def gate(open_where):
    def through(a):
        out = np.zeros(np.shape(a), dtype=a.dtype)
        np.copyto(out, a, where=open_where)
        return out

    return through


def relu_forward(x):
    g = gate(np.greater(x, 0))
    return g(x), g


def relu_backward(dy, cache):
    return cache(dy)
