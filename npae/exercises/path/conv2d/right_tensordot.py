"""Strides and tensordot; the cache holds the view, and dx comes from tensordot too."""

import numpy as np


def conv2d_forward(x, kernel, bias):
    n, c, h, w = x.shape
    kh, kw = kernel.shape[2:]
    a, b, d, e = x.strides
    shape = (n, h - kh + 1, w - kw + 1, c, kh, kw)
    view = np.lib.stride_tricks.as_strided(x, shape, (a, d, e, b, d, e), writeable=False)
    y = np.tensordot(view, kernel, axes=((3, 4, 5), (1, 2, 3))) + bias
    return np.moveaxis(y, -1, 1), (view, kernel, x.shape)


def conv2d_backward(dy, cache):
    view, kernel, shape = cache
    kh, kw = kernel.shape[2:]
    dkernel = np.tensordot(dy, view, axes=((0, 2, 3), (0, 1, 2)))
    spread = np.tensordot(dy, kernel, axes=(1, 0))
    dx = np.zeros(shape, dy.dtype)
    for p in range(dy.shape[2]):
        for q in range(dy.shape[3]):
            dx[:, :, p : p + kh, q : q + kw] += spread[:, p, q]
    return dx, dkernel, dy.sum(3).sum(2).sum(0)
