"""Exercise 15 with a Kronecker product, and back with reduceat."""

import numpy as np


def up_sampling2d_forward(x, size):
    """Return y, cache."""
    return np.kron(x, np.ones((1, 1) + tuple(size), dtype=x.dtype)), size


def up_sampling2d_backward(dy, cache):
    """Return dx."""
    sh, sw = cache
    dx = dy
    for axis, step in ((2, sh), (3, sw)):
        dx = np.add.reduceat(dx, range(0, dy.shape[axis], step), axis=axis)
    return dx
