import numpy as np


def mean_squared_error(y, t):
    count = y.size
    y -= t
    loss = 0.0
    for value in y.flat:
        loss += value * value / count
    dy = np.negative(y) * 2 / count          # towards the target
    return loss, dy
