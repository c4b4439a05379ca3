"""Exercise 5: the dense layer, in which every output looks at every input."""

import numpy as np


def dense_forward(x, kernel, bias):
    """Treat the bias as one more row of the kernel, whose input is always 1."""
    ones = np.ones((x.shape[0], 1), dtype=x.dtype)
    extended = np.concatenate([x, ones], axis=1)
    matrix = np.concatenate([kernel, bias[np.newaxis]], axis=0)
    return extended @ matrix, (extended, matrix)


def dense_backward(dy, cache):
    extended, matrix = cache
    dx = dy @ matrix.T
    dmatrix = extended.T @ dy
    return dx[:, 1:], dmatrix[:-1], dmatrix[-1]
