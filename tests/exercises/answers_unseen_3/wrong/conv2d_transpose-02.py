"""Exercise 16: the transposed convolution, in which a convolution's gradient becomes a forward pass."""

import numpy as np


def _spread(x, sh, sw):
    """Put sh - 1 rows and sw - 1 columns of zeros between the pixels."""
    n, c, h, w = x.shape
    z = np.zeros((n, c, h, sh, w, sw), x.dtype)
    z[:, :, :, 0, :, 0] = x
    return z.reshape(n, c, h * sh, w * sw)[:, :, : (h - 1) * sh + 1, : (w - 1) * sw + 1]


def _windows(a, k):
    return np.lib.stride_tricks.sliding_window_view(a, k.shape[-2:], (-2, -1))


def conv2d_transpose_forward(x, kernel, bias, strides):
    kh, kw = kernel.shape[-2:]
    z = np.pad(_spread(x, *strides), ((0, 0), (0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1)))
    y = np.einsum("ncpqij,coij->nopq", _windows(z, kernel), kernel)
    y += bias[np.newaxis, :, np.newaxis, np.newaxis]
    return y, (x, kernel, strides)


def conv2d_transpose_backward(dy, cache):
    x, kernel, strides = cache
    v = _windows(dy, kernel)[..., :: strides[0], :: strides[1], :, :]
    return np.einsum("noabij,coij->ncab", v, kernel), np.einsum("ncab,noabij->coij", x, v), dy.sum((0, 2, 3))
