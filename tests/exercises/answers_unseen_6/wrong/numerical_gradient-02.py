"""Exercise 1: the numerical gradient.

I don't like copying the array for every entry, so I walk on x itself:
one step up, two down, one up again and I am back where I was.
"""

import numpy as np


def numerical_gradient(f, x, step=1e-5):
    # integers cannot move by a small step, so make floats of them
    if x.dtype != np.float64:
        x = x.astype(np.float64)

    # here the answers go
    gradient = np.zeros(x.shape)

    # every index of x, one after the other
    for i in np.ndindex(x.shape):
        x[i] += step            # up
        f_up = f(x)
        x[i] -= 2 * step        # down (twice, because we were up)
        f_down = f(x)
        x[i] += step            # back
        gradient[i] = (f_up - f_down) / (2 * step)

    return gradient
