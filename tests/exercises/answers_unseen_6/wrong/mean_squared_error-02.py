"""Exercise 6: mean squared error."""

import numpy as np


def mean_squared_error(y, t):
    K = len(y)                      # the size of the batch
    error = y - t
    loss = np.sum(error ** 2) / K
    dy = 2 / K * error
    return loss, dy
