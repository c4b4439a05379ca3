"""Make the images larger again."""

import numpy as np


def up_sampling2d_forward(x, size):
    """Return y, cache."""
    n, c, h, w = x.shape
    y = np.zeros((n, c, h * size[0], w * size[1]), dtype=x.dtype)
    y[:, :, :: size[0], :: size[1]] = x
    return y, size


def up_sampling2d_backward(dy, cache):
    """Return dx."""
    sh, sw = cache
    dx = 0
    for i in range(sh):
        for j in range(sw):
            dx = dx + dy[:, :, i::sh, j::sw]
    return dx
