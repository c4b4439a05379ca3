"""One strided slice for each cell of the window; a cell wins only where no earlier one has won."""

import numpy as np


def _cells(pool_size, strides, out):
    for i in range(pool_size[0]):
        for j in range(pool_size[1]):
            yield (
                np.s_[:, :, i : i + (out[0] - 1) * strides[0] + 1 : strides[0]],
                np.s_[..., j : j + (out[1] - 1) * strides[1] + 1 : strides[1]],
            )


def max_pool2d_forward(x, pool_size, strides):
    out = tuple((size - k) // s + 1 for size, k, s in zip(x.shape[2:], pool_size, strides))
    y = np.full((*x.shape[:2], *out), -np.inf, x.dtype)
    for rows, columns in _cells(pool_size, strides, out):
        y = np.maximum(y, x[rows][columns])
    won = np.zeros(y.shape, bool)
    masks = []
    for rows, columns in _cells(pool_size, strides, out):
        mask = (x[rows][columns] == y) & ~won
        won |= mask
        masks.append(mask)
    return y, {"masks": masks, "shape": x.shape, "pool_size": pool_size, "strides": strides}


def max_pool2d_backward(dy, cache):
    dx = np.zeros(cache["shape"], dy.dtype)
    cells = _cells(cache["pool_size"], cache["strides"], dy.shape[2:])
    for mask, (rows, columns) in zip(cache["masks"], cells):
        dx[rows][columns] += dy * mask
    return dx
