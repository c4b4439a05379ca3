"""Exercise 1: the numerical gradient, the tool that checks all the others."""

import numpy as np


def numerical_gradient(f, x, step=1e-5):
    """Return the gradient of f at x, measured by formula (1)."""
    work = np.array(x, dtype=np.float64)          # a copy: the caller's x is never touched
    gradient = np.empty(work.shape)
    for index in np.ndindex(work.shape):
        saved = work[index]
        work[index] = saved + step
        above = f(work)
        work[index] = saved - step
        below = f(work)
        work[index] = saved
        gradient[index] = (above - below) / (2 * step)
    return gradient
