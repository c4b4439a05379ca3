"""Exercise 1, numerical gradient."""
import numpy as np


def _shifted(x, i, by):
    out = np.array(x, dtype=np.float64)
    out[i] += by
    return out


def numerical_gradient(f, x, step=1e-5):
    """Central differences, formula (1)."""
    gradient = np.zeros(np.shape(x))
    for i in range(len(x)):
        gradient[i] = (f(_shifted(x, i, step)) - f(_shifted(x, i, -step))) / (2.0 * step)
    return gradient
