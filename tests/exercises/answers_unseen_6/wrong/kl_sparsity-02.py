"""Exercise 21."""

import numpy as np

LOW, HIGH = 1e-7, 1 - 1e-7


def kl(p, q):
    """Divergence of two coins."""
    return p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q))


def dkl(p, q):
    """Slope of kl by q."""
    return (1 - p) / (1 - q) - p / q


def kl_sparsity(code, target, weight):
    """Return penalty, dcode."""
    mean = code.mean(0)
    rho_hat = np.clip(mean, LOW, HIGH)
    inside = (mean > LOW) & (mean < HIGH)
    slope = dkl(target, rho_hat) * inside
    return weight * kl(target, rho_hat).sum(), np.ones_like(code) * weight * slope / len(code)
