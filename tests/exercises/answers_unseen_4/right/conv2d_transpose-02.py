"""Exercise 16: the transposed convolution, in which a convolution's gradient becomes a forward pass."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def conv2d_transpose_forward(x, kernel, bias, strides):
    """Return y, cache: all stamps in one product, then one slice for each (i, j)."""
    n, c_in, h, w = x.shape
    (sh, sw), (kh, kw) = strides, kernel.shape[2:]
    stamps = np.tensordot(kernel, x, axes=(0, 1))  # o, i, j, n, a, b
    y = np.empty((n, kernel.shape[1], (h - 1) * sh + kh, (w - 1) * sw + kw), x.dtype)
    y[...] = bias.reshape(1, -1, 1, 1)
    for i, j in np.ndindex(kh, kw):
        y[:, :, i : i + (h - 1) * sh + 1 : sh, j : j + (w - 1) * sw + 1 : sw] += stamps[:, i, j].swapaxes(0, 1)
    return y, (x, kernel, strides)


def conv2d_transpose_backward(dy, cache):
    """Return dx, dkernel, dbias: the stamps' windows are those of a convolution over dy."""
    x, kernel, strides = cache
    windows = sliding_window_view(dy, kernel.shape[2:], axis=(2, 3))[:, :, :: strides[0], :: strides[1]]
    dx = np.moveaxis(np.tensordot(windows, kernel, axes=((1, 4, 5), (1, 2, 3))), -1, 1)
    dkernel = np.tensordot(x, windows, axes=((0, 2, 3), (0, 2, 3)))
    return dx, dkernel, dy.sum(axis=(0, 2, 3))
