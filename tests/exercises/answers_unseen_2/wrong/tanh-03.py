import numpy as np


def tanh_forward(x):
    """Return y, cache: y by formula (1), and whatever tanh_backward needs."""
    s, c = np.sinh(x), np.cosh(x)
    return s / c, (s, c)


def tanh_backward(dy, cache):
    """Return dx, by the quotient rule: (c² - s²) / c²."""
    s, c = cache
    return dy * (1 - (s / c) ** 2)
