"""Max pooling for my autoencoder."""

import numpy as np


def max_pool2d_forward(x, pool_size, strides):
    """Return y, cache."""
    n, c, h, w = x.shape
    kh, kw = pool_size
    sh, sw = strides
    y = np.zeros((n, c, h // sh, w // sw))
    for row in range(h // sh):
        for col in range(w // sw):
            area = x[:, :, row * sh : row * sh + kh, col * sw : col * sw + kw]
            y[:, :, row, col] = area.max(axis=(2, 3))
    return y, (x, y, pool_size, strides)


def max_pool2d_backward(dy, cache):
    """Return dx."""
    x, y, (kh, kw), (sh, sw) = cache
    dx = np.zeros(x.shape)
    for row in range(dy.shape[2]):
        for col in range(dy.shape[3]):
            area = x[:, :, row * sh : row * sh + kh, col * sw : col * sw + kw]
            is_max = area == y[:, :, row : row + 1, col : col + 1]
            share = is_max / is_max.sum(axis=(2, 3), keepdims=True)
            dx[:, :, row * sh : row * sh + kh, col * sw : col * sw + kw] += share * dy[:, :, row, col][:, :, None, None]
    return dx
