"""Exercise 23: reparameterisation, and the divergence that a variational autoencoder adds to its loss."""

import numpy as np


def reparameterise_forward(mu, logvar, eps):
    std = np.power(np.e, logvar / 2).astype(mu.dtype)
    return np.add(mu, np.multiply(std, eps)), (std, eps)


def reparameterise_backward(dz, cache):
    std, eps = cache
    return np.array(dz), np.multiply(dz, eps) * (0.5 * std)


def kl_divergence(mu, logvar):
    n, units = mu.shape
    kl = 0.0
    dmu, dlogvar = np.empty_like(mu), np.empty_like(logvar)
    for i in range(n):
        for u in range(units):
            m, v = mu[i, u], np.exp(logvar[i, u])
            kl += 1 / 2 * (v + m**2 - 1) - logvar[i, u]
            dmu[i, u] = m / n
            dlogvar[i, u] = (v - 1) / (2 * n)
    return kl / n, dmu, dlogvar
