"""Exercise 23: reparameterisation, and the divergence that a variational autoencoder adds to its loss."""

import numpy as np


def reparameterise_forward(mu, logvar, eps):
    """Return z, cache; z itself is all that backward needs."""
    z = mu + np.exp(logvar / 2) * eps
    return z, z


def reparameterise_backward(dz, cache):
    """Return dmu, dlogvar: exp(logvar / 2) · eps need not be computed again."""
    return dz, dz * cache / 2


def kl_divergence(mu, logvar):
    """Return kl, dmu, dlogvar."""
    n = len(mu)
    variance = np.exp(logvar)
    total = variance.sum() + np.vdot(mu, mu) - mu.size - logvar.sum()
    return total / n / 2, np.divide(mu, n), (variance - 1) / n / 2
