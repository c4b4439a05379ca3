"""Exercise 20, solved: the contractive penalty."""

import numpy as np


def contractive(h, kernel, weight):
    """Return penalty, dh and dkernel."""
    n = len(h)
    s = h * (1 - h)
    k2 = (kernel**2).sum(axis=0)
    penalty = weight / n * np.sum(s**2 * k2)
    dh = weight / n * 2 * s * (1 - 2 * h) * k2
    dkernel = weight / n * 2 * kernel * (s**2).sum(axis=0)
    return penalty, dh, dkernel
