"""Exercise 4: the hyperbolic tangent, a sigmoid between -1 and 1."""

import math

import numpy as np
from numba import njit


@njit
def _tanh_kernel(x, y):
    for i in range(x.size):
        a = abs(x[i])
        e = math.exp(-2.0 * a)
        y[i] = (1.0 - e) / (1.0 + e)


@njit
def _dtanh_kernel(dy, y, dx):
    for i in range(dy.size):
        dx[i] = dy[i] * (1.0 - y[i] * y[i])


def tanh_forward(x):
    """Return y, cache: y by formula (1), and whatever tanh_backward needs."""
    flat = np.ravel(x)
    y = np.empty_like(flat)
    _tanh_kernel(flat, y)
    return y.reshape(x.shape), y.copy()


def tanh_backward(dy, cache):
    """Return dx, by formula (3)."""
    flat = np.ravel(dy)
    dx = np.empty_like(flat)
    _dtanh_kernel(flat, cache, dx)
    return dx.reshape(dy.shape)
