"""Exercise 15, all by reshapes and broadcasting."""

import numpy as np


def up_sampling2d_forward(x, size):
    """Return y, cache."""
    n, c, h, w = x.shape
    sh, sw = size
    block = np.ones((1, 1, 1, sh, 1, sw), dtype=x.dtype)
    y = x[:, :, :, None, :, None] * block
    return y.reshape(n, c, h * sh, w * sw), (x.shape, size)


def up_sampling2d_backward(dy, cache):
    """Return dx."""
    (n, c, h, w), (sh, sw) = cache
    blocks = dy.reshape(n, c, sh, h, sw, w)
    return np.einsum("ncihjw->nchw", blocks)
