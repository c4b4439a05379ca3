"""Exercise 16: the transposed convolution, in which a convolution's gradient becomes a forward pass."""

import numpy as np


def conv2d_transpose_forward(x, kernel, bias, strides):
    """With strides of 2 the image doubles its size."""
    n, _, h, w = x.shape
    _, o, kh, kw = kernel.shape
    sh, sw = strides
    everything = np.zeros((n, o, (h - 1) * sh + max(kh, sh), (w - 1) * sw + max(kw, sw)), x.dtype)
    for i in range(kh):
        for j in range(kw):
            target = everything[:, :, i : i + h * sh : sh, j : j + w * sw : sw][:, :, :h, :w]
            target += np.einsum("ncab,co->noab", x, kernel[:, :, i, j])
    y = everything[:, :, : h * sh, : w * sw] + bias[:, None, None]
    return y, (x, kernel, sh, sw)


def conv2d_transpose_backward(dy, cache):
    """Return dx, dkernel, dbias."""
    x, kernel, sh, sw = cache
    h, w = x.shape[2:]
    kh, kw = kernel.shape[2:]
    # whatever y has lost does not matter to the loss
    full = np.zeros(dy.shape[:2] + (h * sh + kh, w * sw + kw), dy.dtype)
    full[:, :, : dy.shape[2], : dy.shape[3]] = dy
    dx, dkernel = np.zeros_like(x), np.zeros_like(kernel)
    for i in range(kh):
        for j in range(kw):
            d = full[:, :, i : i + h * sh : sh, j : j + w * sw : sw][:, :, :h, :w]
            dx += np.einsum("noab,co->ncab", d, kernel[:, :, i, j])
            dkernel[:, :, i, j] = np.einsum("ncab,noab->co", x, d)
    return dx, dkernel, dy.sum((0, 2, 3))
