"""Exercise 22: contractive penalty."""

import numpy as np


def contractive(h, kernel, weight):
    """Return penalty, dh, dkernel."""
    n = len(h)
    # derivative of the activation, from its output
    s = 1 - h**2
    # squares of the weights of every unit
    k2 = np.sum(kernel**2, axis=0)
    # (2)
    penalty = weight / n * np.sum(s**2 * k2)
    # (3)
    dh = weight / n * 2 * s * (1 - 2 * h) * k2
    # (4)
    dkernel = 2 / n * kernel * np.sum(s**2, axis=0)
    return penalty, dh, dkernel
