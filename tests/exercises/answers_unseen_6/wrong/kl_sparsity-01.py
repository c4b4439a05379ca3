"""Exercise 21: how many bits do the two coins differ by?"""

import numpy as np


def kl_sparsity(code, target, weight):
    """Return penalty, dcode."""
    n = code.shape[0]
    q = np.clip(code.sum(axis=0) / n, 1e-7, 1 - 1e-7)
    bits = target * np.log2(target / q) + (1 - target) * np.log2((1 - target) / (1 - q))
    slope = -target / q + (1 - target) / (1 - q)
    dcode = np.repeat((weight * slope / n)[None, :], n, axis=0)
    return weight * bits.sum(), dcode
