"""Exercise 15: upsampling by repetition, the decoder's way to make images larger."""

import numpy as np

_plans = {}


def _plan(shape, size):
    """The index arrays for images of this shape; they are worked out only once."""
    if shape not in _plans:
        _plans[shape] = np.arange(shape[2] * size[0]) // size[0], np.arange(shape[3] * size[1]) // size[1]
    return _plans[shape]


def up_sampling2d_forward(x, size):
    rows, cols = _plan(x.shape, size)
    return x[:, :, rows][:, :, :, cols], (x.shape, x.dtype, size)


def up_sampling2d_backward(dy, cache):
    shape, dtype, (sh, sw) = cache
    dx = np.zeros(shape, dtype)
    for i in range(sh):
        for j in range(sh):
            dx += dy[:, :, i::sh, j::sw]
    return dx
