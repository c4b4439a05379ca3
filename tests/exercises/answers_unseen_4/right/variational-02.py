"""Exercise 23: reparameterisation, and the divergence that a variational autoencoder adds to its loss."""

import numpy as np


def reparameterise_forward(mu, logvar, eps):
    """Return z, cache: the cache is how far z lies from mu."""
    deviation = np.exp(0.5 * logvar) * eps
    return mu + deviation, 0.5 * deviation


def reparameterise_backward(dz, cache):
    """Return dmu, dlogvar: by formulas (2) and (3)."""
    return +dz, dz * cache


def kl_divergence(mu, logvar):
    """Return kl, dmu, dlogvar: with expm1, which is exact for a small logvar."""
    n = mu.shape[0]
    excess = np.expm1(logvar)
    per_image = np.einsum("iu,iu->i", mu, mu) + (excess - logvar).sum(axis=1)
    return 0.5 * per_image.mean(), mu / n, 0.5 / n * excess
