"""Exercise 14: max-pooling, with windows that may overlap and values that may tie."""

import numpy as np


def max_pool2d_forward(x, pool_size, strides):
    n, c, h, w = x.shape
    kh, kw = pool_size
    sh, sw = strides
    out = (n, c, (h - kh) // sh + 1, (w - kw) // sw + 1)
    y = np.empty(out, dtype=x.dtype)
    row = np.zeros(out, dtype=int)
    col = np.zeros(out, dtype=int)
    for index in np.ndindex(*out):
        a, b, p, q = index
        y[index] = -np.inf
        for j in range(kw):
            for i in range(kh):
                v = x[a, b, p * sh + i, q * sw + j]
                if v > y[index]:
                    y[index], row[index], col[index] = v, p * sh + i, q * sw + j
    return y, (x.shape, row, col)


def max_pool2d_backward(dy, cache):
    shape, row, col = cache
    dx = np.zeros(shape, dtype=row.dtype)
    for a, b, p, q in np.ndindex(*dy.shape):
        dx[a, b, row[a, b, p, q], col[a, b, p, q]] += dy[a, b, p, q]
    return dx
