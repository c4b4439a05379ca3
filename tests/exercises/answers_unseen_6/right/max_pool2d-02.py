"""Exercise 14 with Python's own max, whose answer is the first of equals, and a dictionary of debts."""

from collections import defaultdict
from itertools import product

import numpy as np


def max_pool2d_forward(x, pool_size, strides):
    """Return y, cache."""
    (kh, kw), (sh, sw) = pool_size, strides
    n, c, h, w = x.shape
    y_shape = n, c, (h - kh) // sh + 1, (w - kw) // sw + 1
    y = np.empty(y_shape, dtype=x.dtype)
    winners = {}
    for place in product(*map(range, y_shape)):
        image, channel, p, q = place
        candidates = [(image, channel, p * sh + i, q * sw + j) for i in range(kh) for j in range(kw)]
        winners[place] = max(candidates, key=x.__getitem__)
        y[place] = x[winners[place]]
    return y, (winners, x.shape)


def max_pool2d_backward(dy, cache):
    """Return dx."""
    winners, shape = cache
    owed = defaultdict(float)
    for place, winner in winners.items():
        owed[winner] += dy[place]
    dx = np.zeros(shape, dtype=dy.dtype)
    for winner, sum_ in owed.items():
        dx[winner] = sum_
    return dx
