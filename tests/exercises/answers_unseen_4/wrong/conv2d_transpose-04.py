"""Exercise 16: the transposed convolution, in which a convolution's gradient becomes a forward pass."""

import numpy as np


def _scatter(values, out_shape, kh, kw, sh, sw):
    """values (n, c, kh, kw, a, b) are added up where they belong."""
    out = np.zeros(out_shape, values.dtype)
    h, w = values.shape[-2:]
    for i in range(kh):
        rows = slice(i, i + (h - 1) * sh + 1, sh)
        for j in range(kw):
            out[:, :, rows, j : j + (w - 1) * sw + 1 : sw] += values[:, :, i, j]
    return out


def conv2d_transpose_forward(x, kernel, bias, strides):
    """Return y, cache."""
    sh, sw = strides
    n, c_in, h, w = x.shape
    kh, kw = kernel.shape[2:]
    big = (n, kernel.shape[1], sh * (h - 1) + kh, sw * (w - 1) + kw)
    y = _scatter(np.einsum("ncab,coij->noijab", x, kernel), big, kh, kw, sh, sw)
    # no checkerboard, please: some pixels lie under more stamps than others
    times = _scatter(np.ones((1, 1, kh, kw, h, w), x.dtype), (1, 1) + big[2:], kh, kw, sh, sw)
    y /= np.maximum(times, 1)
    y += bias[:, None, None]
    return y, (x, kernel, strides)


def conv2d_transpose_backward(dy, cache):
    """Return dx, dkernel, dbias."""
    x, kernel, (sh, sw) = cache
    h, w = x.shape[2:]
    dx = np.zeros(x.shape, x.dtype)
    dkernel = np.zeros(kernel.shape, kernel.dtype)
    for i in range(kernel.shape[2]):
        for j in range(kernel.shape[3]):
            part = dy[:, :, i : i + (h - 1) * sh + 1 : sh, j : j + (w - 1) * sw + 1 : sw]
            dx += np.tensordot(part, kernel[:, :, i, j], (1, 1)).transpose(0, 3, 1, 2)
            dkernel[:, :, i, j] += np.tensordot(x, part, ((0, 2, 3), (0, 2, 3)))
    return dx, dkernel, dy.sum(axis=(0, 2, 3))
