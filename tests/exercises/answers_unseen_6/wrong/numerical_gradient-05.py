"""Exercise 1: the numerical gradient, over a flat list of entries."""

import numpy as np


def numerical_gradient(f, x, step=1e-5):
    work = np.array(x, dtype=np.float64)      # our own copy, x stays as it is
    entries = work.ravel()                    # the same numbers in one row
    result = np.zeros(work.size)

    for i in range(work.size):
        old = entries[i]
        entries[i] = old + step
        above = f(work)
        entries[i] = old - step
        below = f(work)
        entries[i] = old
        result[i] = (above - below) / (2 * step)

    return result.reshape(work.shape)
