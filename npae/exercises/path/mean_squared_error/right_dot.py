"""The sum of squares as a scalar product."""

import numpy as np


def mean_squared_error(y, t):
    d = (y - t).ravel()
    return d @ d / d.size, (2 / d.size * d).reshape(y.shape)
