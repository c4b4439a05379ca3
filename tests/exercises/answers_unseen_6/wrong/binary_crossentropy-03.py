"""Exercise 7: binary cross-entropy from logits, (2) and (3) line by line."""

import numpy as np


def binary_crossentropy(z, t):
    terms = np.maximum(z, 0) - z * t + np.log1p(np.exp(-np.abs(z)))
    loss = terms.mean()
    p = 1 / (1 + np.exp(-z))
    return loss, (p - t) / terms.size
