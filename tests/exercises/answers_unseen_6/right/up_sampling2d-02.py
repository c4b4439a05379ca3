"""Exercise 15 in linear algebra: y = A x B, so dx = A' dy B'."""

import numpy as np


def spread(length, factor, dtype):
    """Return the 0/1 matrix, (length * factor, length), that repeats each entry of a vector."""
    return np.eye(length, dtype=dtype).repeat(factor, 0)


def up_sampling2d_forward(x, size):
    """Return y, cache."""
    a = spread(x.shape[2], size[0], x.dtype)
    b = spread(x.shape[3], size[1], x.dtype).T
    return a @ x @ b, (a, b)


def up_sampling2d_backward(dy, cache):
    """Return dx."""
    a, b = cache
    return a.T.astype(dy.dtype) @ (dy @ b.T.astype(dy.dtype))
