"""The cache is the output; y > 0 just where x > 0. At 0 the other choice is taken."""

import numpy as np


def relu_forward(x):
    y = (np.abs(x) + x) / 2
    return y, (y,)


def relu_backward(dy, cache):
    (y,) = cache
    dx = np.array(dy, copy=True)
    dx[y <= 0] = 0
    return dx
