"""Exercise 14: max-pooling, with windows that may overlap and values that may tie."""

import numpy as np


def max_pool2d_forward(x, pool_size, strides):
    """Return y, cache: y by formula (2)."""
    kh, kw = pool_size
    sh, sw = strides
    n, c, h, w = x.shape
    h_out = (h - kh) // sh + 1
    w_out = (w - kw) // sw + 1
    y = np.zeros((n, c, h_out, w_out), x.dtype)
    for p in range(h_out):
        for q in range(w_out):
            y[:, :, p, q] = x[:, :, p * sh : p * sh + kh, q * sw : q * sw + kw].max(axis=(2, 3))
    return y, (x, y, pool_size, strides)


def max_pool2d_backward(dy, cache):
    """Return dx by formula (4)."""
    x, y, (kh, kw), (sh, sw) = cache
    dx = np.zeros_like(x)
    for p in range(dy.shape[2]):
        for q in range(dy.shape[3]):
            window = np.s_[:, :, p * sh : p * sh + kh, q * sw : q * sw + kw]
            won = x[window] == y[:, :, p, q][:, :, None, None]
            # one gradient for every window, never two
            fair = won / won.sum(axis=(2, 3), keepdims=True)
            dx[window] += fair * dy[:, :, p, q][:, :, None, None]
    return dx
