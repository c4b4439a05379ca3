"""Exercise 5: the dense layer, in which every output looks at every input."""

import numpy as np


def dense_forward(x, kernel, bias):
    """Return y, cache: y by formula (1), and whatever dense_backward needs."""
    return np.add(np.matmul(x, kernel), bias), (x, kernel)


def dense_backward(dy, cache):
    """In blocks, so that large batches do not need large temporaries."""
    x, kernel = cache
    n, block = len(dy), 4
    dkernel = np.zeros(kernel.shape, dtype=dy.dtype)
    for start in range(0, n - block + 1, block):
        rows = slice(start, start + block)
        dkernel += x[rows].T @ dy[rows]
    return np.matmul(dy, kernel.T), dkernel, np.add.reduce(dy, 0)
