"""Exercise 14: max-pooling. The reshape trick: no loops at all!"""

import numpy as np


def split(x, kh, kw):
    """(n, c, h, w) -> (n, c, h_out, w_out, kh * kw)"""
    n, c, h, w = x.shape
    ho, wo = h // kh, w // kw
    x = x[:, :, : ho * kh, : wo * kw]  # only windows that fit
    return x.reshape(n, c, ho, kh, wo, kw).transpose(0, 1, 2, 4, 3, 5).reshape(n, c, ho, wo, kh * kw)


def join(blocks, shape, kh, kw):
    n, c, ho, wo, _ = blocks.shape
    x = np.zeros(shape, dtype=blocks.dtype)
    x[:, :, : ho * kh, : wo * kw] = (
        blocks.reshape(n, c, ho, wo, kh, kw).transpose(0, 1, 2, 4, 3, 5).reshape(n, c, ho * kh, wo * kw)
    )
    return x


def max_pool2d_forward(x, pool_size, strides):
    """Return y, cache: y by formula (2), and whatever max_pool2d_backward needs."""
    blocks = split(x, *pool_size)
    return blocks.max(axis=-1), (blocks.argmax(axis=-1), x.shape, pool_size)


def max_pool2d_backward(dy, cache):
    """Return dx by formula (4)."""
    winner, shape, (kh, kw) = cache
    blocks = np.zeros(dy.shape + (kh * kw,), dtype=dy.dtype)
    np.put_along_axis(blocks, winner[..., None], dy[..., None], axis=-1)
    return join(blocks, shape, kh, kw)
