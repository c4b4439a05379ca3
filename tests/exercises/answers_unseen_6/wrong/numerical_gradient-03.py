"""Exercise 1."""

import numpy as np


def numerical_gradient(f, x, step=1e-5):
    x0 = np.array(x, dtype=np.float64)
    here = f(x0.copy())

    def slope(where):
        moved = x0.copy()
        moved[where] += step
        return (f(moved) - here) / step

    values = [slope(where) for where in np.ndindex(x0.shape)]
    return np.array(values, dtype=np.float64).reshape(x0.shape)
