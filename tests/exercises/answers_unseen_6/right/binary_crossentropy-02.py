"""Exercise 7, entry by entry, in plain Python."""

import math

import numpy as np


def entry(z, t):
    """Return the term of the loss and σ(z) - t for one entry."""
    a = -z if z > 0 else z
    e = math.exp(a)
    if z > 0:
        return z * (1 - t) + math.log1p(e), 1 / (1 + e) - t
    return -z * t + math.log1p(e), e / (1 + e) - t


def binary_crossentropy(z, t):
    both = [entry(a, b) for a, b in zip(z.ravel().tolist(), t.ravel().tolist())]
    terms, slopes = zip(*both)
    kind = np.result_type(z, t, np.float32)
    dz = np.array(slopes).reshape(z.shape) / z.size
    return math.fsum(terms) / z.size, dz.astype(kind)
