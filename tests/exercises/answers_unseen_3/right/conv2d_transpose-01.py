"""Exercise 16: the transposed convolution, in which a convolution's gradient becomes a forward pass."""

import numpy as np


def conv2d_transpose_forward(x, kernel, bias, strides):
    n, _, h, w = x.shape
    _, c_out, kh, kw = kernel.shape
    sh, sw = strides
    y = np.zeros((n, c_out, (h - 1) * sh + kh, (w - 1) * sw + kw), dtype=x.dtype)
    for a in range(h):
        for b in range(w):
            stamp = np.einsum("nc,coij->noij", x[:, :, a, b], kernel)
            y[:, :, a * sh : a * sh + kh, b * sw : b * sw + kw] += stamp
    return y + bias[:, None, None], (x, kernel, strides)


def conv2d_transpose_backward(dy, cache):
    x, kernel, (sh, sw) = cache
    kh, kw = kernel.shape[2:]
    dx = np.empty_like(x)
    dkernel = np.zeros_like(kernel)
    for a in range(x.shape[2]):
        for b in range(x.shape[3]):
            window = dy[:, :, a * sh : a * sh + kh, b * sw : b * sw + kw]
            dx[:, :, a, b] = np.einsum("noij,coij->nc", window, kernel)
            dkernel += np.einsum("nc,noij->coij", x[:, :, a, b], window)
    return dx, dkernel, dy.sum(axis=(0, 2, 3))
