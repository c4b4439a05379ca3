"""Exercise 21, solved: reparameterisation and the VAE's divergence."""

import numpy as np


def reparameterise_forward(mu, logvar, eps):
    """Return z, and what its derivative by logvar needs."""
    sigma = np.exp(logvar / 2)
    z = mu + sigma * eps
    return z, (sigma, eps)


def reparameterise_backward(dz, cache):
    """Return dmu, dlogvar."""
    sigma, eps = cache
    dmu = dz.copy()
    dlogvar = dz * eps * 0.5 * sigma
    return dmu, dlogvar


def kl_divergence(mu, logvar):
    """Return kl, dmu, dlogvar."""
    n = len(mu)
    variance = np.exp(logvar)
    kl = 0.5 * np.sum(variance + mu**2 - 1 - logvar) / n
    dmu = mu / n
    dlogvar = 0.5 * (variance - 1) / n
    return kl, dmu, dlogvar
