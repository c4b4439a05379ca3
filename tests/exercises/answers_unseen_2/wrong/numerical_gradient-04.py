"""Exercise 1: the numerical gradient, the tool that checks all the others."""

import numpy as np


def numerical_gradient(f, x, step=1e-5):
    """Return the gradient of f at x, measured by formula (1)."""
    grad = np.zeros_like(x)
    it = np.nditer(x, flags=["multi_index", "zerosize_ok"])
    while not it.finished:
        ix = it.multi_index

        x_plus = x.astype(np.float64)       # astype makes a copy, so x itself is safe
        x_plus[ix] += step
        f_plus = f(x_plus)

        x_minus = x.astype(np.float64)
        x_minus[ix] -= step
        f_minus = f(x_minus)

        grad[ix] = (f_plus - f_minus) / (2.0 * step)
        it.iternext()
    return grad
