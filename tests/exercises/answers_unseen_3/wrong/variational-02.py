"""Exercise 23: reparameterisation, and the divergence that a variational autoencoder adds to its loss."""

import numpy as np


def reparameterise_forward(mu, logvar, eps):
    half = 0.5 * logvar
    return mu + np.exp(half) * eps, (half, eps)


def reparameterise_backward(dz, cache):
    half, eps = cache
    # z = mu + exp(half) · eps, and the derivative of exp is exp
    dlogvar = dz * eps * np.exp(half)
    return dz, dlogvar


def kl_divergence(mu, logvar):
    images, units = mu.shape
    kl = 0.0
    dmu, dlogvar = np.zeros_like(mu), np.zeros_like(logvar)
    for i in range(images):
        for u in range(units):
            variance = np.exp(logvar[i, u])
            kl += 0.5 * (variance + mu[i, u] ** 2 - 1 - logvar[i, u])
            dmu[i, u] = mu[i, u] / images
            dlogvar[i, u] = 0.5 * (variance - 1) / images
    return kl / images, dmu, dlogvar
