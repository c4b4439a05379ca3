import numpy as np


def numerical_gradient(f, x, step=1e-5):
    x = np.asarray(x, dtype=np.float64)
    dfdx = np.zeros(x.shape)
    for pos in np.ndindex(x.shape):
        x[pos] = x[pos] + step
        above = f(x)
        x[pos] = x[pos] - 2 * step
        below = f(x)
        dfdx[pos] = (above - below) / 2 * step
    return dfdx
