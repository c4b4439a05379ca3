"""Exercise 6: the mean squared error."""

import numpy as np


def mean_squared_error(y, t):
    k = len(y)
    error = y - t
    loss = np.sum(error ** 2) / k
    dy = 2 / k * error
    return loss, dy
