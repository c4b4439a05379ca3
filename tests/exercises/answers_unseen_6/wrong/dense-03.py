"""Exercise 5: dense layer."""

import numpy as np


def dense_forward(x, kernel, bias):
    cache = {"x": x, "kernel": kernel}
    return np.dot(x, kernel) + bias, cache


def dense_backward(dy, cache):
    x = cache["x"]
    kernel = cache["kernel"]
    n_in, units = kernel.shape

    # dy is (n, units), dx must be (n, n_in): so the kernel has to be (units, n_in)
    dx = np.dot(dy, kernel.reshape(units, n_in))
    # x is (n, n_in), dkernel must be (n_in, units)
    dkernel = np.dot(np.transpose(x), dy)
    dbias = np.sum(dy, 0)
    return dx, dkernel, dbias
