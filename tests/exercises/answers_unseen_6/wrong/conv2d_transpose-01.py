"""Exercise 16: stamps."""

import numpy as np


def conv2d_transpose_forward(x, kernel, bias, strides):
    """Return y, cache."""
    n, c_in, h, w = x.shape
    _, c_out, kh, kw = kernel.shape
    sh, sw = strides
    y = np.zeros((n, c_out, (h - 1) * sh + kh, (w - 1) * sw + kw))
    for a in range(h):
        for b in range(w):
            stamp = np.einsum("nc,coij->noij", x[:, :, a, b], kernel)
            stamp = stamp + bias[:, None, None]
            y[:, :, a * sh : a * sh + kh, b * sw : b * sw + kw] += stamp
    return y, (x, kernel, strides)


def conv2d_transpose_backward(dy, cache):
    """Return dx, dkernel, dbias."""
    x, kernel, (sh, sw) = cache
    kh, kw = kernel.shape[2:]
    dx = np.zeros(x.shape)
    dkernel = np.zeros(kernel.shape)
    for a in range(x.shape[2]):
        for b in range(x.shape[3]):
            g = dy[:, :, a * sh : a * sh + kh, b * sw : b * sw + kw]
            dx[:, :, a, b] = np.einsum("noij,coij->nc", g, kernel)
            dkernel += np.einsum("nc,noij->coij", x[:, :, a, b], g)
    return dx, dkernel, np.sum(dy, axis=(0, 2, 3))
