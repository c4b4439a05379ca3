"""Transposed convolution. A real convolution flips its kernel!"""

import numpy as np


def conv2d_transpose_forward(x, kernel, bias, strides):
    """Return y, cache."""
    (n, c_in, h, w), (c_out, kh, kw), (sh, sw) = x.shape, kernel.shape[1:], strides
    flipped = kernel[:, :, ::-1, ::-1]
    y = np.zeros((n, c_out, (h - 1) * sh + kh, (w - 1) * sw + kw))
    for i in range(kh):
        for j in range(kw):
            y[:, :, i : i + (h - 1) * sh + 1 : sh, j : j + (w - 1) * sw + 1 : sw] += np.einsum(
                "ncab,co->noab", x, flipped[:, :, i, j]
            )
    y += bias[None, :, None, None]
    return y, dict(x=x, kernel=kernel, strides=strides)


def conv2d_transpose_backward(dy, cache):
    """Return dx, dkernel, dbias."""
    x, kernel, (sh, sw) = cache["x"], cache["kernel"], cache["strides"]
    h, w = x.shape[2:]
    kh, kw = kernel.shape[2:]
    dx = np.zeros_like(x, dtype=float)
    dkernel = np.zeros_like(kernel, dtype=float)
    for i in range(kh):
        for j in range(kw):
            g = dy[:, :, i : i + (h - 1) * sh + 1 : sh, j : j + (w - 1) * sw + 1 : sw]
            dx += np.einsum("noab,co->ncab", g, kernel[:, :, i, j])
            dkernel[:, :, i, j] = np.einsum("ncab,noab->co", x, g)
    return dx, dkernel, dy.sum((0, 2, 3))
