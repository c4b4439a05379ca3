"""Exercise 7: binary cross-entropy from logits."""

import numpy as np


def binary_crossentropy(z, t):
    loss = np.mean(np.maximum(z, 0) - z * t + np.log1p(np.exp(-np.abs(z))))
    p = 1 / (1 + np.exp(-z))
    dz = (p - t) / z.size
    return loss, dz
