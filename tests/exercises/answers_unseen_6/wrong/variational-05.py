"""Exercise 23, sigma first."""

import numpy as np


def _sigma(logvar):
    return np.exp(0.5 * logvar)


def reparameterise_forward(mu, logvar, eps):
    """Return z, cache."""
    spread = _sigma(logvar) * eps
    return mu + spread, spread


def reparameterise_backward(dz, cache):
    """Return dmu, dlogvar."""
    return dz.copy(), 0.5 * dz * cache


def kl_divergence(mu, logvar):
    """Return kl, dmu, dlogvar."""
    sigma = _sigma(logvar)
    n = mu.shape[0]
    kl = np.sum(sigma**2 + mu**2 - 1 - 2 * np.log(sigma)) / (2 * n)
    return kl, mu / n, (sigma - 1) / (2 * n)
