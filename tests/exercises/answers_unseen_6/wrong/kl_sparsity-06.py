"""sparsity"""

import numpy as np


def kl_sparsity(code, target, weight):
    """Return penalty, dcode."""
    n, units = code.shape
    rhoHat = np.minimum(np.maximum(code.sum(0) / n, 1e-7), 1 - 1e-7)
    divergence = np.zeros(units)
    slope = np.zeros(units)
    for u in range(units):
        for p, q in ((target, rhoHat[u]), (1 - target, 1 - rhoHat[u])):
            divergence[u] += p * np.log(p / q)
            slope[u] -= p / q
    dcode = np.outer(np.ones(n), weight * slope / n)
    return divergence.sum(), dcode
