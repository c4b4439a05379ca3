"""Exercise 4: the hyperbolic tangent, a sigmoid between -1 and 1."""

import numpy as np


def tanh_forward(x):
    """Return y, cache: y by formula (1), and whatever tanh_backward needs."""
    y = np.tanh(x)
    return y, y


def tanh_backward(dy, cache):
    """Return dx, by formula (3)."""
    return dy * (1 - cache * cache)
