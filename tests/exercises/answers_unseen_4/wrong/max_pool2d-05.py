"""Exercise 14: max-pooling, with windows that may overlap and values that may tie."""

import numpy as np


def max_pool2d_forward(x, pool_size, strides):
    """Return y, cache: y by formula (2)."""
    kh, kw = pool_size
    sh, sw = strides
    images = x.reshape(-1, *x.shape[2:])  # pooling does not care which channel it is
    tops = np.arange(0, images.shape[1] - kh + 1, sh)
    lefts = np.arange(0, images.shape[2] - kw + 1, sw)
    rows = np.repeat(np.arange(kh), kw) + tops[:, None, None]
    cols = np.tile(np.arange(kw), kh) + lefts[None, :, None]
    values = images[:, rows, cols]
    best = values.argmax(axis=3)
    p, q = np.ogrid[: len(tops), : len(lefts)]
    where = (rows[p, 0, best], cols[0, q, best])
    y = values.max(axis=3).reshape(*x.shape[:2], len(tops), len(lefts))
    return y, (images.shape, x.shape, x.dtype, where)


def max_pool2d_backward(dy, cache):
    """Return dx by formula (4)."""
    flat_shape, shape, dtype, (r, c) = cache
    dx = np.zeros(flat_shape, dtype)
    wins = np.zeros(flat_shape, dtype)
    k = np.arange(flat_shape[0])[:, None, None]
    np.add.at(dx, (k, r, c), dy.reshape(r.shape))
    np.add.at(wins, (k, r, c), 1)
    # pixels that never won have nothing to divide
    dx /= np.maximum(wins, 1)
    return dx.reshape(shape)
