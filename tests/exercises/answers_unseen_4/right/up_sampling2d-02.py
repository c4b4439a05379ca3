"""Exercise 15: upsampling by repetition, the decoder's way to make images larger."""

import numpy as np


def up_sampling2d_forward(x, size):
    """Return y, cache: y by formula (1), written into by every offset (i, j) at once."""
    n, c, h, w = x.shape
    sh, sw = size
    y = np.empty((n, c, h * sh, w * sw), dtype=x.dtype)
    for i in range(sh):
        for j in range(sw):
            y[..., i::sh, j::sw] = x
    return y, tuple(size)


def up_sampling2d_backward(dy, cache):
    """Return dx by formula (2)."""
    sh, sw = cache
    return sum(dy[..., i::sh, j::sw] for i in range(sh) for j in range(sw))
