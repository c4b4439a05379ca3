import numpy as np


def dense_forward(x, kernel, bias):
    n = x.shape[0]
    n_in = x.shape[1]
    units = kernel.shape[1]
    y = np.zeros((n, units))
    for i in range(n):
        for u in range(units):
            for k in range(n_in):
                y[i, u] += x[i, k] * kernel[k, u] + bias[u]
    cache = (x, kernel, bias, n, n_in, units)
    return y, cache


def dense_backward(dy, cache):
    x, kernel, bias, n, n_in, units = cache
    dx = np.zeros((n, n_in))
    dkernel = np.zeros((n_in, units))
    dbias = np.zeros(units)
    for i in range(n):
        for u in range(units):
            dbias[u] += dy[i, u]
            for k in range(n_in):
                dx[i, k] = dy[i, u] * kernel[k, u]
                dkernel[k, u] += x[i, k] * dy[i, u]
    return dx, dkernel, dbias
