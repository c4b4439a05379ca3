"""Exercise 7: binary cross-entropy."""

import numpy as np


def sigma(z):
    out = np.empty(z.shape)
    for i in np.ndindex(z.shape):
        if z[i] >= 0:
            out[i] = 1 / (1 + np.exp(-z[i]))
        else:
            out[i] = np.exp(z[i]) / (1 + np.exp(z[i]))
    return out


def binary_crossentropy(z, t):
    per_pixel = np.maximum(z, 0) - z * t + np.log1p(np.exp(-abs(z)))
    loss = np.mean(per_pixel)
    batch = z.shape[0]
    dz = (sigma(z) - t) / batch
    return loss, dz
