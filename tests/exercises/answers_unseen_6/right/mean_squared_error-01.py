"""Exercise 6 by the identity mean(d²) = variance + mean²."""

import numpy as np


def mean_squared_error(y, t):
    d = np.subtract(y, t)
    loss = float(np.var(d) + np.square(np.mean(d)))
    return loss, d / (d.size / 2)
