"""Exercise 2: ReLU, forward and backward."""

import numpy as np


def relu_forward(x):
    """The mask needs one bit per entry, so pack it: a cache eight times smaller."""
    bits = np.packbits(x.ravel() > 0)
    return np.maximum(x, 0), bits


def relu_backward(dy, cache):
    mask = np.unpackbits(cache, count=dy.size, bitorder="little")
    mask = mask.astype(bool).reshape(dy.shape)
    dx = dy.copy()
    dx[~mask] = 0
    return dx
