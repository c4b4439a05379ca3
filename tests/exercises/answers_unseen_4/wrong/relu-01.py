"""Exercise 2: ReLU, forward and backward."""

import numpy as np


def relu_forward(x):
    mask = x > 0
    y = np.where(mask, x, 0)
    return y, mask


def relu_backward(dy, cache):
    dx = np.zeros_like(dy)
    np.place(dx, cache, dy)          # put dy where the mask says yes
    return dx
