"""Exercise 1: the numerical gradient."""

import numpy as np


def numerical_gradient(f, x, step=1e-5):
    """Return the gradient of f at x, by central differences."""
    gradient = np.zeros_like(x)
    for idx in np.ndindex(x.shape):
        up = x.astype(np.float64)
        down = x.astype(np.float64)
        up[idx] += step
        down[idx] -= step
        gradient[idx] = (f(up) - f(down)) / (2 * step)
    return gradient
