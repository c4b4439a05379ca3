"""Exercise 23."""

import numpy as np


def reparameterise_forward(mu, logvar, eps):
    """Return z, cache."""
    z = mu + np.exp(logvar) * eps
    return z, (logvar, eps)


def reparameterise_backward(dz, cache):
    """Return dmu, dlogvar."""
    logvar, eps = cache
    return dz, 0.5 * dz * eps * np.exp(0.5 * logvar)


def kl_divergence(mu, logvar):
    """Return kl, dmu, dlogvar."""
    n = len(mu)
    kl = 0.5 * np.sum(np.exp(logvar) + mu**2 - 1 - logvar) / n
    return kl, mu / n, 0.5 * (np.exp(logvar) - 1) / n
