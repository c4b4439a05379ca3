"""Loops over windows; the cache is x and the settings, and backward looks for the winners again."""

import numpy as np


def max_pool2d_forward(x, pool_size, strides):
    (n, c, h, w), (kh, kw), (sh, sw) = x.shape, pool_size, strides
    h_out = (h - kh) // sh + 1
    w_out = (w - kw) // sw + 1
    y = np.empty((n, c, h_out, w_out), x.dtype)
    for p in range(h_out):
        for q in range(w_out):
            y[:, :, p, q] = x[:, :, p * sh : p * sh + kh, q * sw : q * sw + kw].max(axis=(2, 3))
    return y, (x.copy(), pool_size, strides)


def max_pool2d_backward(dy, cache):
    x, (kh, kw), (sh, sw) = cache
    dx = np.zeros_like(x)
    for n in range(dy.shape[0]):
        for c in range(dy.shape[1]):
            for p in range(dy.shape[2]):
                for q in range(dy.shape[3]):
                    window = x[n, c, p * sh : p * sh + kh, q * sw : q * sw + kw]
                    i, j = np.unravel_index(np.argmax(window), window.shape)
                    dx[n, c, p * sh + i, q * sw + j] += dy[n, c, p, q]
    return dx
