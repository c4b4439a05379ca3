"""Exercise 6: the mean squared error is a scalar product."""

import numpy as np


def mean_squared_error(y, t):
    e = (y - t).reshape(-1, 1)
    loss = e.T @ e / y.size
    return loss, (2 / y.size * e).reshape(y.shape)
