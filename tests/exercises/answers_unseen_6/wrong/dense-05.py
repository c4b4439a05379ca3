"""Exercise 5: dense layer, with loops as in C."""

import numpy as np


def dense_forward(x, kernel, bias):
    n, n_in = x.shape
    units = kernel.shape[1]
    y = np.zeros((n, units))
    for i in range(n):
        for u in range(units):
            total = 0.0
            for k in range(n_in):
                total += x[i, k] * kernel[k, u] + bias[u]
            y[i, u] = total
    return y, (x, kernel)


def dense_backward(dy, cache):
    x, kernel = cache
    n, n_in = x.shape
    units = kernel.shape[1]
    dx = np.zeros((n, n_in))
    dkernel = np.zeros((n_in, units))
    dbias = np.zeros(units)
    for i in range(n):
        for u in range(units):
            dbias[u] += dy[i, u]
            for k in range(n_in):
                dx[i, k] += dy[i, u] * kernel[k, u]
                dkernel[k, u] += x[i, k] * dy[i, u]
    return dx, dkernel, dbias
