"""Exercise 12: convolution; all three results are correlations."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def correlate(a, b, rule):
    return np.einsum(rule, sliding_window_view(a, b.shape[2:], axis=(2, 3)), b, optimize=True)


def conv2d_forward(x, kernel, bias):
    y = correlate(x, kernel, "ncpqij,ocij->nopq") + bias[None, :, None, None]
    return y, (x, kernel)


def conv2d_backward(dy, cache):
    x, kernel = cache
    kh, kw = kernel.shape[2:]
    dbias = dy.sum((0, 2, 3))
    # the places of dkernel are the positions of dy on x
    dkernel = correlate(x, dy, "ncijpq,nopq->ocij")
    # a frame of zeros, so that the windows reach every pixel
    framed = np.pad(dy, [(0, 0), (0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1)])
    dx = correlate(framed, kernel, "noabij,ocij->ncab")
    return dx, dkernel, dbias
