"""Exercise 2: ReLU, written for one number and then vectorized."""

import numpy as np


def ramp(v):
    if v > 0:
        return v
    else:
        return 0


ramp_of_all = np.vectorize(ramp)


def relu_forward(x):
    y = ramp_of_all(x)
    return y, x.copy()


def relu_backward(dy, cache):
    x = cache
    return np.where(x > 0, dy, np.zeros_like(dy))
