"""Exercise 5: all products first, sums afterwards. Axes are always (i, k, u)."""

import numpy as np


def dense_forward(x, kernel, bias):
    a, w = x[:, :, None].copy(), kernel[None, :, :].copy()
    y = np.add.reduce(a * w, axis=1)
    return np.add(y, bias), (a, w)


def dense_backward(dy, cache):
    a, w = cache
    d = dy[:, None, :]
    reduce = np.add.reduce
    return reduce(d * w, axis=2), reduce(d * a, axis=0), reduce(d, axis=(0, 1))
