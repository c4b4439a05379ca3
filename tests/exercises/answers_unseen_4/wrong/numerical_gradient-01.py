"""Exercise 1: the numerical gradient, the tool that checks all the others."""

import numpy as np


def numerical_gradient(f, x, step=1e-5):
    """Central differences, with a step that suits the size of each entry."""
    base = np.array(x, dtype=np.float64)
    gradient = np.zeros(base.shape)
    # large numbers swallow a small step, so let it grow with the entry
    distance = step * np.maximum(1.0, np.abs(base))
    for index in np.ndindex(base.shape):
        up, down = base.copy(), base.copy()
        up[index] += distance[index]
        down[index] -= distance[index]
        gradient[index] = (f(up) - f(down)) / (2 * step)
    return gradient
