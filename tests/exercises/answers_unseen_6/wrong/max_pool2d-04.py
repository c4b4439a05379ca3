"""Exercise 14, window by window for the whole batch."""

import numpy as np


def positions(size, pool, stride):
    """First rows (or columns) of all windows that fit."""
    return range(0, size - pool + 1, stride)


def max_pool2d_forward(x, pool_size, strides):
    """Return y, cache."""
    kh, kw = pool_size
    tops = positions(x.shape[2], kh, strides[0])
    lefts = positions(x.shape[3], kw, strides[1])
    y = np.empty(x.shape[:2] + (len(tops), len(lefts)), x.dtype)
    which = np.empty(y.shape, int)
    for p, top in enumerate(tops):
        for q, left in enumerate(lefts):
            window = x[:, :, top : top + kh, left : left + kw].reshape(x.shape[0], x.shape[1], kh * kw)
            which[:, :, p, q] = window.argmax(axis=2)
            y[:, :, p, q] = window.max(axis=2)
    return y, (which, x.shape, pool_size, tops, lefts)


def max_pool2d_backward(dy, cache):
    """Return dx."""
    which, shape, (kh, kw), tops, lefts = cache
    dx = np.zeros((shape[0], shape[1], shape[2] + kw, shape[3] + kh))  # some room for the largest window
    image, channel = np.ogrid[: shape[0], : shape[1]]
    for p, top in enumerate(tops):
        for q, left in enumerate(lefts):
            i, j = np.divmod(which[:, :, p, q], kh)
            dx[image, channel, top + i, left + j] += dy[:, :, p, q]
    return dx[:, :, : shape[2], : shape[3]]
