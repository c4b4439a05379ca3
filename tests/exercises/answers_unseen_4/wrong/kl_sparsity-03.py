"""Exercise 21: a penalty that keeps the units of a code quiet most of the time."""

import numpy as np


def kl_sparsity(code, target, weight):
    """Return penalty, dcode: by formulas (2) and (4)."""
    n = len(code)
    rho, h = target, np.clip(code.astype(np.float64), 1e-7, 1 - 1e-7)
    divergence = rho * np.log(rho / h) + (1 - rho) * np.log((1 - rho) / (1 - h))
    penalty = weight * divergence.sum(axis=1).mean()
    dcode = weight / n * (-rho / h + (1 - rho) / (1 - h))
    return penalty, dcode.astype(code.dtype)
