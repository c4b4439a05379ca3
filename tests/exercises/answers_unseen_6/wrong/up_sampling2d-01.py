"""Exercise 15."""

import numpy as np


def up_sampling2d_forward(x, size):
    """Return y, cache."""
    sh, sw = size
    return np.tile(x, (1, 1, sh, sw)), (x.shape, size)


def up_sampling2d_backward(dy, cache):
    """Return dx."""
    (n, c, h, w), (sh, sw) = cache
    return dy.reshape(n, c, h, sh, w, sw).sum(axis=(3, 5))
