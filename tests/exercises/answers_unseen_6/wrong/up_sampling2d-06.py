"""Nearest neighbour upsampling."""

import numpy as np


def _nearest(new, factor, old):
    return np.minimum((np.arange(new) + 1) // factor, old - 1)


def up_sampling2d_forward(x, size):
    """Return y, cache."""
    h, w = x.shape[-2:]
    sh, sw = size
    y = x.repeat(sh, axis=-2)
    y = y[..., _nearest(w * sw, sw, w)]
    return y, (h, w, sh, sw)


def up_sampling2d_backward(dy, cache):
    """Return dx."""
    h, w, sh, sw = cache
    n, c = dy.shape[:2]
    rows = dy[:, :, ::sh]
    return rows.reshape(n, c, h, w, sw).sum(-1)
