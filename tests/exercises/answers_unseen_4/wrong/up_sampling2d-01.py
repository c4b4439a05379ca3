"""Exercise 15: upsampling by repetition, the decoder's way to make images larger."""

import numpy as np


def up_sampling2d_forward(x, size):
    """Return y, cache: every pixel is there sh times sw times."""
    y = np.tile(x, (1, 1, *size))
    return y, size


def up_sampling2d_backward(dy, cache):
    """Return dx by formula (2)."""
    sh, sw = cache
    n, c, p, q = dy.shape
    return np.einsum("ncaibj->ncab", dy.reshape(n, c, p // sh, sh, q // sw, sw))
