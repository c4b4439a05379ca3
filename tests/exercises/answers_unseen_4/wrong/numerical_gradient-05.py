"""Exercise 1: the numerical gradient, the tool that checks all the others."""

import numpy as np


def numerical_gradient(f, x, step=1e-5):
    """Return the gradient of f at x, measured by formula (1)."""
    x = np.array(x, dtype=np.float64)

    def slope(i, h=1e-5):
        nudge = np.zeros_like(x)
        nudge[i] = h
        return (f(x + nudge) - f(x - nudge)) / (h + h)

    gradient = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        gradient[i] = slope(i)
    return gradient
