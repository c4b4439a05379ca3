"""Exercise 5: dense layer."""

import numpy as np


def dense_forward(x, kernel, bias):
    rows = [row @ kernel + bias for row in x]
    return np.stack(rows), (x, kernel)


def dense_backward(dy, cache):
    x, kernel = cache
    dx = np.empty(x.shape)
    dbias = np.zeros(kernel.shape[1])
    for i, (xi, di) in enumerate(zip(x, dy)):
        dx[i] = kernel @ di
        dkernel = np.outer(xi, di)
        dbias += di
    return dx, dbias, dkernel
