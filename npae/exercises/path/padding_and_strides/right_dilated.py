"""Views of all windows forward; backward a full convolution of the spread-out dy with the kernel flipped."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def same_padding(size, k, s):
    out = (size + s - 1) // s
    total = np.maximum((out - 1) * s + k - size, 0)
    return int(np.floor(total / 2)), int(np.ceil(total / 2))


def conv2d_forward(x, kernel, bias, strides=(1, 1), padding="valid"):
    kh, kw = kernel.shape[-2:]
    sh, sw = strides
    top, bottom = same_padding(x.shape[2], kh, sh) if padding == "same" else (0, 0)
    left, right = same_padding(x.shape[3], kw, sw) if padding == "same" else (0, 0)
    wide = np.zeros((*x.shape[:2], top + x.shape[2] + bottom, left + x.shape[3] + right), x.dtype)
    wide[:, :, top : top + x.shape[2], left : left + x.shape[3]] = x
    windows = sliding_window_view(wide, (kh, kw), axis=(2, 3))[:, :, ::sh, ::sw]
    y = np.einsum("ncpqij,ocij->nopq", windows, kernel, optimize=True) + bias[None, :, None, None]
    return y, (windows, kernel, bias, strides, wide.shape, (top, left), x.shape)


def conv2d_backward(dy, cache):
    windows, kernel, bias, (sh, sw), (_, _, h, w), (top, left), shape = cache
    kh, kw = kernel.shape[-2:]
    spread = np.zeros((*dy.shape[:2], h + kh - 1, w + kw - 1), dy.dtype)
    inner = spread[:, :, kh - 1 :, kw - 1 :]
    inner[:, :, : dy.shape[2] * sh : sh, : dy.shape[3] * sw : sw] = dy
    seen = sliding_window_view(spread, (kh, kw), axis=(2, 3))
    dwide = np.einsum("nohwij,ocij->nchw", seen, kernel[:, :, ::-1, ::-1])
    dkernel = np.tensordot(dy, windows, axes=((0, 2, 3), (0, 2, 3)))
    dx = dwide[:, :, top:, left:][:, :, : shape[2], : shape[3]]
    return dx, dkernel, np.einsum("nopq->o", dy)
