"""Exercise 23: reparameterisation, and the divergence that a variational autoencoder adds to its loss."""

import numpy as np


def reparameterise_forward(mu, logvar, eps):
    sigma = np.exp(logvar / 2)
    return mu + sigma * eps, (sigma, eps)


def reparameterise_backward(dz, cache):
    sigma, eps = cache
    return dz, dz * eps * sigma / 2


def kl_divergence(mu, logvar):
    n = len(mu)
    variance = np.exp(logvar)
    kl = np.sum(variance + mu**2 - 1 - logvar) / (2 * n)
    return kl, mu / n, (variance - 1) / (2 * n)
