"""Exercise 15: upsampling by repetition, the decoder's way to make images larger."""

import numpy as np


def nearest(length, factor):
    """For every output index, the input index it copies."""
    return np.linspace(0, length - 1, length * factor).astype(int)


def up_sampling2d_forward(x, size):
    """Return y, cache: y by formula (1), and whatever up_sampling2d_backward needs."""
    rows = nearest(x.shape[2], size[0])
    cols = nearest(x.shape[3], size[1])
    y = x.take(rows, axis=2).take(cols, axis=3)
    return y, {"shape": x.shape, "size": size}


def up_sampling2d_backward(dy, cache):
    """Return dx by formula (2)."""
    _, _, h, w = cache["shape"]
    sh, sw = cache["size"]
    partial = np.add.reduceat(dy, np.arange(0, h * sh, sh), axis=2)
    return np.add.reduceat(partial, np.arange(0, w * sw, sw), axis=3)
