import numpy as np


def bumped(x, where, amount):
    """A copy of x in which one entry has been moved."""
    z = x.astype(np.float64)
    z[where] += amount
    return z


def numerical_gradient(f, x, step=1e-5):
    x = np.asarray(x)
    base = f(x.astype(np.float64))
    g = np.empty(x.shape, dtype=np.float64)
    # move one entry and look how far f has gone from where it was
    for where in np.ndindex(x.shape):
        g[where] = (f(bumped(x, where, step)) - base) / step
    return g
