"""Takes the mean of the slopes to the right and to the left."""

import numpy as np


def numerical_gradient(f, x, step=1e-5):
    here = f(x)
    right, left = np.zeros(x.shape), np.zeros(x.shape)
    for k in np.ndindex(*x.shape):
        e = np.zeros(x.shape)
        e[k] = step
        right[k] = (f(x + e) - here) / step
        left[k] = (here - f(x - e)) / step
    return (right + left) / 2
