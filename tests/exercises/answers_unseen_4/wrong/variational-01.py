"""Exercise 23: reparameterisation, and the divergence that a variational autoencoder adds to its loss."""

import numpy as np


def reparameterise_forward(mu, logvar, eps):
    """Return z, cache."""
    scaled = np.exp(0.5 * logvar)
    cache = (scaled, eps)
    scaled *= eps
    return mu + scaled, cache


def reparameterise_backward(dz, cache):
    """Return dmu, dlogvar."""
    sigma, eps = cache
    dlogvar = 0.5 * dz * eps * sigma
    return dz.copy(), dlogvar


def kl_divergence(mu, logvar):
    """Return kl, dmu, dlogvar."""
    n = mu.shape[0]
    kl = 0.5 * (np.exp(logvar) + mu * mu - 1 - logvar).sum() / n
    return kl, mu / n, 0.5 * (np.exp(logvar) - 1) / n
