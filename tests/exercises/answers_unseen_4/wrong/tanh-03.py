"""Exercise 4: the hyperbolic tangent, a sigmoid between -1 and 1."""

import numpy as np


def tanh_forward(x):
    return np.tanh(x), (np.array(x),)


def tanh_backward(dy, cache):
    """The derivative from the formula book: 1 / cosh squared."""
    x, = cache
    hyperbolic_cosine = np.cosh(x)
    return dy / hyperbolic_cosine / hyperbolic_cosine
