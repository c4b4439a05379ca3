import numpy as np


def numerical_gradient(f, x, step=1e-5):
    x = np.asarray(x, np.float64)
    directions = step * np.eye(x.size).reshape(x.size, *x.shape)
    return np.array([f(x + d) - f(x - d) for d in directions]).reshape(x.shape) / (2 * step)
