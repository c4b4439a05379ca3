"""Mean over features, then over the rest, and the square multiplied out."""

import numpy as np


def mean_squared_error(y, t):
    squares = y * y - 2 * y * t + t * t
    while squares.ndim:
        squares = squares.mean(axis=-1)
    k = np.prod(y.shape)
    return float(squares), [(y - t) / (k / 2)][0]
