"""Exercise 6: mean squared error."""

import numpy as np


def mean_squared_error(y, t):
    # how far are we from the target?
    distance = t - y
    # number of entries
    K = y.size
    # formula (1)
    loss = float(np.sum(np.square(distance)) / K)
    # formula (2)
    dy = (2.0 / K) * distance
    return loss, dy
