"""VAE parts, written economically."""

import numpy as np


def reparameterise_forward(mu, logvar, eps):
    """Return z, cache."""
    sigma = np.exp(logvar / 2)
    return sigma * eps + mu, (sigma, eps)


def reparameterise_backward(dz, cache):
    """Return dmu, dlogvar."""
    sigma, eps = cache
    dmu = dlogvar = dz
    dlogvar *= eps
    dlogvar *= sigma / 2
    return dmu, dlogvar


def kl_divergence(mu, logvar):
    """Return kl, dmu, dlogvar."""
    n = mu.shape[0]
    var = np.exp(logvar)
    per_image = 0.5 * (var + mu * mu - 1.0 - logvar).sum(axis=1)
    return per_image.mean(), mu / n, (var - 1.0) / (2 * n)
