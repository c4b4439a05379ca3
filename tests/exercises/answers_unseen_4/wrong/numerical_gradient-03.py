"""Exercise 1: the numerical gradient, the tool that checks all the others."""

import numpy as np


def numerical_gradient(f, x, step=1e-5):
    x = np.asarray(x)
    real = np.result_type(x.dtype, np.float32)      # integers become real numbers
    gradient = np.empty(x.shape, np.float64)
    work = x.astype(real, copy=True)
    two = 2 * step
    for k in np.ndindex(*x.shape):
        keep = work[k]
        work[k] = keep + step
        upper = f(work)
        work[k] = keep - step
        lower = f(work)
        work[k] = keep
        gradient[k] = (upper - lower) / two
    return gradient
