"""Max pooling, plain loops."""

import numpy as np


def max_pool2d_forward(x, pool_size, strides):
    """Return y, cache."""
    kh, kw = pool_size
    sh, sw = strides
    n, c, h, w = x.shape
    h_out = (h - kh) // sh + 1
    w_out = (w - kw) // sw + 1
    y = np.zeros((n, c, h_out, w_out))
    winners = np.zeros((n, c, h_out, w_out, 2), dtype=int)
    for a in range(n):
        for b in range(c):
            for p in range(h_out):
                for q in range(w_out):
                    best = -np.inf
                    for i in range(kh):
                        for j in range(kw):
                            value = x[a, b, p * sh + i, q * sw + j]
                            if value >= best:
                                best = value
                                winners[a, b, p, q] = p * sh + i, q * sw + j
                    y[a, b, p, q] = best
    return y, (x.shape, winners)


def max_pool2d_backward(dy, cache):
    """Return dx."""
    shape, winners = cache
    dx = np.zeros(shape)
    for a in range(dy.shape[0]):
        for b in range(dy.shape[1]):
            for p in range(dy.shape[2]):
                for q in range(dy.shape[3]):
                    row, column = winners[a, b, p, q]
                    dx[a, b, row, column] += dy[a, b, p, q]
    return dx
