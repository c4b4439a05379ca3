"""Contractive penalty with helpers."""

import numpy as np


def slope(h):
    """The sigmoid's derivative by its output."""
    return h * (1 - h)


def slope_of_slope(h):
    """The derivative of slope by h."""
    return 1 - h


def contractive(h, kernel, weight):
    """Return penalty, dh, dkernel."""
    factor = weight / h.shape[0]
    squares = np.sum(kernel * kernel, axis=0)
    s = slope(h)
    penalty = factor * np.sum(s * s @ squares)
    dh = factor * 2 * s * slope_of_slope(h) * squares
    dkernel = factor * 2 * kernel * np.sum(s * s, axis=0, keepdims=True)
    return penalty, dh, dkernel
