"""Exercise 14, solved: upsampling by repetition."""

import numpy as np


def up_sampling2d_forward(x, size):
    """Return y, and the shape of the blocks."""
    sh, sw = size
    y = np.repeat(np.repeat(x, sh, axis=2), sw, axis=3)
    return y, (sh, sw)


def up_sampling2d_backward(dy, cache):
    """Return dx: the axes of every block get numbers of their own, and are summed."""
    sh, sw = cache
    n, c, h_out, w_out = dy.shape
    blocks = dy.reshape(n, c, h_out // sh, sh, w_out // sw, sw)
    dx = blocks.sum(axis=(3, 5))
    return dx
