"""Exercise 7: binary cross-entropy from logits."""

import numpy as np


def binary_crossentropy(z, t):
    K = z.size
    small = np.exp(-np.abs(z))
    softplus_part = np.log1p(np.exp(-z * (z > 0)))
    loss = np.sum(np.maximum(z, 0) - z * t + softplus_part) / K
    p = np.where(z >= 0, 1, small) / (1 + small)
    dz = (p - t) / K
    return loss, dz
