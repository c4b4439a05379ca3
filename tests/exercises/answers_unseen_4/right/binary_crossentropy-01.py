"""Exercise 7: binary cross-entropy, from logits."""

import numpy as np


def binary_crossentropy(z, t):
    """Return loss, dz: the loss by formula (2), its gradient with respect to z by formula (3)."""
    e = np.exp(-np.abs(z))
    loss = np.mean(np.maximum(z, 0) - z * t + np.log1p(e))
    p = np.where(z >= 0, np.ones_like(e), e) / (1 + e)
    return loss, (p - t) / z.size
