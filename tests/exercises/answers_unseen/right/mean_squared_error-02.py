import numpy as np


def mean_squared_error(y, t):
    count = 1
    for length in y.shape:
        count *= length
    total = 0.0
    dy = np.empty(y.shape, dtype=float)
    for place in np.ndindex(y.shape):
        error = float(y[place]) - float(t[place])
        total += error * error
        dy[place] = (error + error) / count
    return total / count, dy
