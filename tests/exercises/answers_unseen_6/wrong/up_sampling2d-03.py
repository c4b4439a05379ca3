"""Upsampling by index arithmetic."""

import numpy as np


def up_sampling2d_forward(x, size):
    """Return y, cache."""
    sw, sh = size
    h, w = x.shape[2:]
    rows = np.arange(h * sh) // sh
    cols = np.arange(w * sw) // sw
    return x[:, :, rows[:, None], cols], (x.shape, rows, cols)


def up_sampling2d_backward(dy, cache):
    """Return dx."""
    shape, rows, cols = cache
    dx = np.zeros(shape)
    np.add.at(dx, (slice(None), slice(None), rows[:, None], cols), dy)
    return dx
