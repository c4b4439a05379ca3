"""Exercise 14: max-pooling, with windows that may overlap and values that may tie."""

import numpy as np


def _slices(size, k, s):
    count = (size - k) // s + 1
    return [slice(i, i + (count - 1) * s + 1, s) for i in range(k)], count


def max_pool2d_forward(x, pool_size, strides):
    rows, h_out = _slices(x.shape[2], pool_size[0], strides[0])
    cols, w_out = _slices(x.shape[3], pool_size[1], strides[1])
    y = np.zeros((*x.shape[:2], h_out, w_out), x.dtype)
    winner = np.zeros(y.shape, np.int64)
    for i, r in enumerate(rows):
        for j, c in enumerate(cols):
            candidate = x[:, :, r, c]
            higher = candidate > y
            y = np.where(higher, candidate, y)
            winner = np.where(higher, i * len(cols) + j, winner)
    return y, (x, rows, cols, winner)


def max_pool2d_backward(dy, cache):
    x, rows, cols, winner = cache
    dx = np.zeros_like(x)
    for number in range(len(rows) * len(cols)):
        i, j = divmod(number, len(cols))
        dx[:, :, rows[i], cols[j]] += dy * (winner == number)
    return dx
