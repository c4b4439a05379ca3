"""Exercise 21: a penalty that keeps the units of a code quiet most of the time."""

import numpy as np


def kl(a, b):
    """The divergence of two coins."""
    return a * np.log(a / b) + (1 - a) * np.log((1 - a) / (1 - b))


def kl_sparsity(code, target, weight):
    """Return penalty, dcode: by formulas (2) and (4)."""
    n, units = code.shape
    rho_hat = np.clip(np.ones(n) @ code / n, 1e-7, 1 - 1e-7)
    penalty = weight * np.sum(kl(rho_hat, target))
    slope = (1 - target) / (1 - rho_hat) - target / rho_hat
    return penalty, np.broadcast_to(weight / n * slope, (n, units)).astype(code.dtype)
