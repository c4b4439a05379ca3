"""Exercise 14: max-pooling, with windows that may overlap and values that may tie."""

import numpy as np


def max_pool2d_forward(x, pool_size, strides):
    """Keep the best value so far and where it was, over all windows at once."""
    height, width = x.shape[2:]
    rows = np.arange(0, height - pool_size[0] + 1, strides[0])
    columns = np.arange(0, width - pool_size[1] + 1, strides[1])
    best = np.full(x.shape[:2] + (len(rows), len(columns)), -np.inf, dtype=x.dtype)
    best_row = np.zeros(best.shape, dtype=int) + rows[:, None]
    best_column = np.zeros(best.shape, dtype=int) + columns
    for j in range(pool_size[1]):
        for i in range(pool_size[0]):
            candidate = x[:, :, (rows + i)[:, None], columns + j]
            wins = candidate > best
            best = np.where(wins, candidate, best)
            best_row = np.where(wins, (rows + i)[:, None], best_row)
            best_column = np.where(wins, columns + j, best_column)
    return best, (x.shape, best_row, best_column)


def max_pool2d_backward(dy, cache):
    shape, best_row, best_column = cache
    dx = np.zeros(shape, dy.dtype)
    images, channels = np.ogrid[: shape[0], : shape[1]]
    np.add.at(dx, (images[..., None, None], channels[..., None, None], best_row, best_column), dy)
    return dx
