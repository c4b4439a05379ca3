"""Exercise 7, solved: binary cross-entropy from logits."""

import numpy as np


def binary_crossentropy(z, t):
    """Return the mean binary cross-entropy of σ(z) and t, and its gradient with respect to z."""
    small = np.exp(-np.abs(z))  # never above 1, so nothing overflows
    terms = np.maximum(z, 0) - z * t + np.log1p(small)
    p = np.where(z >= 0, 1, small) / (1 + small)
    dz = (p - t) / z.size
    return np.mean(terms), dz
