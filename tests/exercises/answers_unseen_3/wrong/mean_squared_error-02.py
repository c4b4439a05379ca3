import numpy as np


def mean_squared_error(y, t):
    difference = np.subtract(y, t)
    dy = difference / difference.size
    loss = float(np.vdot(difference, dy))       # Σ d · d / K
    return loss, dy
