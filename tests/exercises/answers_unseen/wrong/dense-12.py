import numpy as np


def dense_forward(x, kernel, bias):
    return x @ kernel + bias, (x, kernel)


def dense_backward(dy, cache):
    (x, kernel) = cache
    dkernel, dx, dbias = x.T @ dy, dy @ kernel.T, np.sum(dy)
    return dkernel, dx, dbias
