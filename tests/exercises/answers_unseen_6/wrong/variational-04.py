"""Exercise 23 in loops."""

from math import exp

import numpy as np


def reparameterise_forward(mu, logvar, eps):
    """Return z, cache."""
    n, units = mu.shape
    z = np.zeros((n, units))
    for i in range(n):
        for u in range(units):
            z[i, u] = mu[i, u] + exp(logvar[i, u] / 2) * eps[i, u]
    return z, [logvar, eps]


def reparameterise_backward(dz, cache):
    """Return dmu, dlogvar."""
    logvar, eps = cache
    n, units = dz.shape
    dmu = np.zeros((n, units))
    dlogvar = np.zeros((n, units))
    for i in range(n):
        for u in range(units):
            dmu[i, u] = dz[i, u]
            dlogvar[i, u] = dz[i, u] * eps[i, u] * 0.5 * exp(logvar[i, u] / 2)
    return dmu, dlogvar


def kl_divergence(mu, logvar):
    """Return kl, dmu, dlogvar."""
    n, units = mu.shape
    kl = 0.0
    dmu = np.zeros((n, units))
    dlogvar = np.zeros((n, units))
    for i in range(n):
        for u in range(units):
            kl += 0.5 * (exp(logvar[i, u]) + mu[i, u] ** 2 - 1 - logvar[i, u])
            dmu[i, u] = mu[i, u]
            dlogvar[i, u] = 0.5 * (exp(logvar[i, u]) - 1) / n
    return kl / n, dmu, dlogvar
