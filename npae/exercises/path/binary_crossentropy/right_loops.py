"""One entry after the other, with Python numbers."""

from math import exp, log1p

import numpy as np


def binary_crossentropy(z, t):
    loss, dz = 0.0, np.zeros(z.shape, z.dtype)
    for k in np.ndindex(z.shape):
        a, b = float(z[k]), float(t[k])
        if a >= 0:
            loss += a * (1 - b) + log1p(exp(-a))
            p = 1 / (1 + exp(-a))
        else:
            loss += -a * b + log1p(exp(a))
            p = exp(a) / (1 + exp(a))
        dz[k] = (p - b) / z.size
    return loss / z.size, dz
