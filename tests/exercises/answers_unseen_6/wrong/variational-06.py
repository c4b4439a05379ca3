"""Exercise 23."""

import numpy as np


def reparameterise_forward(mu, logvar, eps):
    """Return z, cache."""
    std = np.exp(logvar / 2)
    z = np.add(mu, np.multiply(std, eps))
    return z, std


def reparameterise_backward(dz, cache):
    """Return dmu, dlogvar."""
    std = cache
    return 1.0 * dz, 0.5 * std * dz


def kl_divergence(mu, logvar):
    """Return kl, dmu, dlogvar."""
    n, units = mu.shape
    kl = np.sum(0.5 * (np.exp(logvar) + mu**2 - 1 - logvar), axis=0).mean()
    dmu = mu / n
    dlogvar = 0.5 * (np.exp(logvar) - 1) / n
    return kl, dmu, dlogvar
