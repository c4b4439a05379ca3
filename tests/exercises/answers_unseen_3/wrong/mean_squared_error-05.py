"""MSE with the norm from linalg"""
import numpy as np

def mean_squared_error(y, t):
    r = (y - t).ravel()
    K = r.size
    L = np.linalg.norm(r) / K ** 0.5
    g = 2 * r / K
    return L, g.reshape(y.shape)
