import numpy as np


def mean_squared_error(y, t):
    error = t - y
    K = error.size
    return float(np.sum(error * error) / K), (2 / K) * error
