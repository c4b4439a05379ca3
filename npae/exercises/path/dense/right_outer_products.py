"""One example at a time, with outer products; a closure as the cache."""

import numpy as np


def dense_forward(x, kernel, bias):
    y = np.array([kernel.T @ row + bias for row in x])

    def back(dy):
        dkernel = sum(np.outer(row, drow) for row, drow in zip(x, dy))
        return np.dot(dy, kernel.T), dkernel, np.ones(len(dy), dy.dtype) @ dy

    return y, back


def dense_backward(dy, cache):
    return cache(dy)
