"""Exercise 5: the dense layer, in which every output looks at every input."""

import numpy as np


def dense_forward(x, kernel, bias):
    """Return y, cache: y by formula (1), and whatever dense_backward needs."""
    # (n, n_in, 1) * (1, n_in, units), summed over k, gives (n, 1, units)
    products = x[:, :, np.newaxis] * kernel[np.newaxis, :, :]
    y = products.sum(axis=1, keepdims=True) + bias
    y = np.squeeze(y)           # drop the axis that was summed
    return y, (x, kernel)


def dense_backward(dy, cache):
    """Return dx, dkernel, dbias, in this order, by formulas (2), (3) and (4)."""
    x, kernel = cache
    dy = dy.reshape(len(x), -1)
    dx = (dy[:, np.newaxis, :] * kernel[np.newaxis, :, :]).sum(axis=2)
    dkernel = (x[:, :, np.newaxis] * dy[:, np.newaxis, :]).sum(axis=0)
    dbias = dy.sum(axis=0)
    return dx, dkernel, dbias
