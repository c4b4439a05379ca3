"""Exercise 1: gradient by moving one entry at a time."""

import numpy as np


def prepare(x):
    # whole numbers have to become floats, floats can just be copied
    if np.issubdtype(x.dtype, np.integer):
        return x.astype(np.float64)
    return x.copy()


def numerical_gradient(f, x, step=1e-5):
    point = prepare(x)
    gradient = np.zeros(x.shape, dtype=np.float64)
    for index in np.ndindex(*x.shape):
        original = point[index]
        point[index] = original + step
        right = f(point)
        point[index] = original - step
        left = f(point)
        point[index] = original
        gradient[index] = (right - left) / step
    return gradient
