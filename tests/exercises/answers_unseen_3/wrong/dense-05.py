"""Dense layer, forward and backward.  y = x @ kernel + bias"""
import numpy as np


def dense_forward(x, kernel, bias):
    y = np.tensordot(x, kernel, axes=1)
    return np.add(y, bias), (x, kernel)


def dense_backward(dy, cache):
    x, kernel = cache
    n, n_in = x.shape
    units = dy.shape[1]
    # the shapes tell: dkernel is (n_in, units), so x has to become (n_in, n)
    dkernel = x.reshape(n_in, n) @ dy
    dx = np.tensordot(dy, kernel, axes=([1], [1]))
    dbias = np.ones(n, dtype=dy.dtype) @ dy
    assert dkernel.shape == (n_in, units) and dx.shape == (n, n_in)
    return dx, dkernel, dbias
