"""Exercise 22: the contractive penalty, which makes a code deaf to small changes of the image."""

import numpy as np


def contractive(h, kernel, weight):
    """Return penalty, dh, dkernel."""
    s = h
    s *= 1 - h
    k2 = np.linalg.norm(kernel, axis=0) ** 2
    c = weight / h.shape[0]
    penalty = c * np.sum(s**2 @ k2)
    dh = c * 2 * s * (1 - 2 * h) * k2
    dkernel = c * 2 * kernel * (s**2).sum(axis=0)
    return penalty, dh, dkernel
