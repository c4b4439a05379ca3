"""The numerical gradient: nudge each entry up and down."""

import numpy as np


def numerical_gradient(f, x, step=1e-5):
    w = np.asarray(x, dtype=np.float64)
    g = np.empty_like(w)
    it = np.nditer(w, flags=["multi_index"])
    while not it.finished:
        k = it.multi_index
        w[k] += step
        hi = f(w)
        w[k] -= 2 * step
        lo = f(w)
        w[k] += step                # and back to where it was
        g[k] = (hi - lo) / (2 * step)
        it.iternext()
    return g
