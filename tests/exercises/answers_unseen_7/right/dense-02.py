from collections import namedtuple

import numpy as np

Saved = namedtuple("Saved", "inputs weights")


def dense_forward(x, kernel, bias):
    saved = Saved(inputs=x, weights=kernel)
    # (n, n_in, 1) * (1, n_in, units), added up over the middle
    y = bias + (x[:, :, None] * kernel[None, :, :]).sum(axis=1)
    return y, saved


def dense_backward(dy, cache):
    dx = (dy[:, None, :] * cache.weights[None, :, :]).sum(axis=2)
    dkernel = (cache.inputs[:, :, None] * dy[:, None, :]).sum(axis=0)
    dbias = sum(dy, np.zeros(dy.shape[1], dtype=dy.dtype))
    return dx, dkernel, dbias
