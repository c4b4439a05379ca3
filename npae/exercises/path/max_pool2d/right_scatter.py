"""Flat indices of the winners into each plane, and np.add.at."""

import numpy as np


def max_pool2d_forward(x, pool_size, strides):
    n, c, h, w = x.shape
    kh, kw = pool_size
    places = np.arange(h * w).reshape(h, w)
    seen = np.lib.stride_tricks.sliding_window_view(places, pool_size)[:: strides[0], :: strides[1]]
    seen = seen.reshape(*seen.shape[:2], kh * kw)
    flat = x.reshape(n, c, h * w)
    values = flat[:, :, seen]
    first = np.argmax(values, axis=-1)
    y = np.take_along_axis(values, first[..., None], axis=-1)[..., 0]
    rows, columns = np.indices(seen.shape[:2])
    return y, (seen[rows, columns, first], (n, c, h, w))


def max_pool2d_backward(dy, cache):
    winners, (n, c, h, w) = cache
    dx = np.zeros((n, c, h * w), dtype=dy.dtype)
    images, channels = np.arange(n).reshape(n, 1, 1, 1), np.arange(c).reshape(1, c, 1, 1)
    np.add.at(dx, (images, channels, winners), dy)
    return dx.reshape(n, c, h, w)
