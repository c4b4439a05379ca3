"""Exercise 7: binary cross-entropy, from logits."""

import numpy as np


def _softplus(v):
    return np.maximum(v, 0) + np.log1p(np.exp(-np.abs(v)))


def binary_crossentropy(z, t):
    black = t > 0.5
    terms = np.where(black, _softplus(-z), _softplus(z))
    e = np.exp(-np.abs(z))
    p = np.where(z >= 0, 1, e) / (1 + e)
    return terms.mean(), (p - t) / z.size
