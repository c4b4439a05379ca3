"""Exercise 1: the numerical gradient."""

import numpy as np


def numerical_gradient(f, x, step=1e-5):
    """Return the gradient of f at x, by central differences."""
    gradient = np.zeros(x.shape, dtype=np.float64)
    for index in np.ndindex(x.shape):
        moved = x.copy()
        moved[index] = x[index] + step
        above = f(moved)
        moved[index] = x[index] - step
        below = f(moved)
        gradient[index] = (above - below) / (2 * step)
    return gradient
