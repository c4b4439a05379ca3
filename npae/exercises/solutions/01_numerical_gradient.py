"""Exercise 1, solved: the numerical gradient."""

import numpy as np


def numerical_gradient(f, x, step=1e-5):
    """Return the gradient of f at x, measured by central differences."""
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        moved = x.astype(np.float64)  # a fresh copy: x stays as it was, and may hold integers
        moved[index] = x[index] + step
        up = f(moved)
        moved[index] = x[index] - step
        down = f(moved)
        gradient[index] = (up - down) / (2 * step)
    return gradient
