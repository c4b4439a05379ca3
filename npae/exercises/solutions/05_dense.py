"""Exercise 5, solved: the dense layer."""

import numpy as np


def dense_forward(x, kernel, bias):
    """Return y = x @ kernel + bias, and (x, kernel) as the cache."""
    y = x @ kernel + bias
    return y, (x, kernel)


def dense_backward(dy, cache):
    """Return dx, dkernel, dbias; the products sum over outputs and over examples."""
    x, kernel = cache
    dx = dy @ kernel.T
    dkernel = x.T @ dy
    dbias = dy.sum(axis=0)
    return dx, dkernel, dbias
