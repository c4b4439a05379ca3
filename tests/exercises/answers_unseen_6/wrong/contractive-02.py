"""Contractive penalty, saving memory where possible."""

import numpy as np


def contractive(h, kernel, weight):
    """Return penalty, dh, dkernel."""
    scale = weight / len(h)
    s = h * (1.0 - h)
    k2 = np.square(kernel).sum(axis=0)
    penalty = scale * np.sum(np.square(s) * k2)
    dh = s
    dh *= 1.0 - 2.0 * h
    dh *= 2.0 * scale * k2
    dkernel = 2.0 * scale * kernel * np.square(s).sum(axis=0)
    return penalty, dh, dkernel
