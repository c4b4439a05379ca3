"""x is spread out with zeros between its pixels, then convolved with the flipped kernel."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def conv2d_transpose_forward(x, kernel, bias, strides):
    (n, c, h, w), (kh, kw), (sh, sw) = x.shape, kernel.shape[2:], strides
    spread = np.zeros((n, c, (h - 1) * sh + 2 * kh - 1, (w - 1) * sw + 2 * kw - 1), x.dtype)
    spread[:, :, kh - 1 : kh + (h - 1) * sh : sh, kw - 1 : kw + (w - 1) * sw : sw] = x
    windows = sliding_window_view(spread, (kh, kw), axis=(2, 3))
    y = np.einsum("ncpqij,coij->nopq", windows, np.flip(kernel, (2, 3)), optimize=True)
    return y + bias.reshape(-1, 1, 1), (windows, kernel, strides)


def conv2d_transpose_backward(dy, cache):
    windows, kernel, (sh, sw) = cache
    kh, kw = kernel.shape[2:]
    seen = sliding_window_view(dy, (kh, kw), axis=(2, 3))[:, :, ::sh, ::sw]
    dx = np.einsum("noabij,coij->ncab", seen, kernel)
    dkernel = np.einsum("ncpqij,nopq->coij", windows, dy)[:, :, ::-1, ::-1]
    return dx, dkernel, np.einsum("nopq->o", dy)
