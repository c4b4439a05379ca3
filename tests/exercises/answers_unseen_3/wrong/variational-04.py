"""Exercise 23: reparameterisation, and the divergence that a variational autoencoder adds to its loss."""

import numpy as np


def _sigma(logvar):
    return np.exp(logvar * 0.5)


def reparameterise_forward(mu, logvar, eps):
    return mu + _sigma(logvar) * eps, (logvar, eps)


def reparameterise_backward(dz, cache):
    logvar, eps = cache
    return 1 * dz, 0.5 * dz * eps * _sigma(logvar)


def kl_divergence(mu, logvar):
    n = np.shape(mu)[0]
    s = _sigma(logvar)
    kl = -0.5 * np.sum(1 + logvar - mu**2 - s) / n
    dmu = mu / n
    dlogvar = -0.5 * (1 - s) / n
    return kl, dmu, dlogvar
