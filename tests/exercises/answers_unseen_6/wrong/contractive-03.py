"""Exercise 22."""

import numpy as np


def contractive(h, kernel, weight):
    """Return penalty, dh, dkernel."""
    n, units = h.shape
    inputs = kernel.shape[0]
    k2 = 0.0
    for k in range(inputs):
        for u in range(units):
            k2 += kernel[k, u] ** 2
    s = np.zeros((n, units))
    penalty = 0.0
    dh = np.zeros((n, units))
    dkernel = np.zeros((inputs, units))
    for i in range(n):
        for u in range(units):
            s[i, u] = h[i, u] * (1 - h[i, u])
            penalty += weight / n * s[i, u] ** 2 * k2
            dh[i, u] = weight / n * 2 * s[i, u] * (1 - 2 * h[i, u]) * k2
            for k in range(inputs):
                dkernel[k, u] += weight / n * 2 * kernel[k, u] * s[i, u] ** 2
    return penalty, dh, dkernel
