"""Exercise 6: mean squared error, with a loop."""

import numpy as np


def mean_squared_error(y, t):
    total = 0.0
    count = 0
    for a, b in zip(y.ravel(), t.ravel()):
        total += a - b
        count += 1
    loss = total ** 2 / count
    dy = (y - t) / count
    return loss, dy
