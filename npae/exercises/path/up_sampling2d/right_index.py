"""Indexing with the source row and column of every pixel; backward is np.add.at with the same indices."""

import numpy as np


def up_sampling2d_forward(x, size):
    rows = np.arange(x.shape[2] * size[0]) // size[0]
    columns = np.arange(x.shape[3] * size[1]) // size[1]
    return x[:, :, rows[:, None], columns], [x.shape, rows, columns]


def up_sampling2d_backward(dy, cache):
    shape, rows, columns = cache
    dx = np.zeros(shape, dtype=dy.dtype)
    np.add.at(dx, (slice(None), slice(None), rows[:, None], columns), dy)
    return dx
