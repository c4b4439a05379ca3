"""Clips x so far out that nothing changes."""

import numpy as np


def sigmoid_forward(x):
    end = 80 if x.dtype == np.float32 else 700
    with np.errstate(under="ignore"):
        y = 1 / (1 + np.exp(-np.clip(x, -end, end)))
    return y, [y]


def sigmoid_backward(dy, cache):
    y = cache[0]
    return dy * y - dy * y * y
