"""Exercise 2: ReLU. The mask is remembered for backward."""

import numpy as np

mask = None


def relu_forward(x):
    global mask
    mask = (x > 0).astype(x.dtype)
    y = np.where(x > 0, x, 0)
    return y, None


def relu_backward(dy, cache):
    return dy * mask
