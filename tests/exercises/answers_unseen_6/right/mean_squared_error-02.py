"""Exercise 6 in plain Python, with an exact sum."""

import math

import numpy as np


def mean_squared_error(y, t):
    share = 1 / np.prod(np.shape(y))
    pairs = zip(np.ravel(y).tolist(), np.ravel(t).tolist())
    loss = math.fsum((a - b) * (a - b) for a, b in pairs) * float(share)
    dy = (y - t) * float(share)
    return loss, dy + dy
