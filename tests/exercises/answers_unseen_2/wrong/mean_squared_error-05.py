import numpy as np
from numpy.linalg import norm


def mean_squared_error(y, t):
    d = y - t
    K = d.size
    loss = norm(d, 2) ** 2 / K
    dy = 2 / K * d
    return loss, dy
