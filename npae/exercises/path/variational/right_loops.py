"""Entry by entry; the cache holds the arguments themselves."""

import math

import numpy as np


def reparameterise_forward(mu, logvar, eps):
    z = np.empty_like(mu)
    for place in np.ndindex(mu.shape):
        z[place] = mu[place] + math.exp(0.5 * logvar[place]) * eps[place]
    return z, (mu, logvar, eps)


def reparameterise_backward(dz, cache):
    mu, logvar, eps = cache
    dmu, dlogvar = np.empty_like(mu), np.empty_like(logvar)
    for place in np.ndindex(dz.shape):
        dmu[place] = dz[place]
        dlogvar[place] = dz[place] * eps[place] * math.exp(0.5 * logvar[place]) / 2
    return dmu, dlogvar


def kl_divergence(mu, logvar):
    n, units = mu.shape
    kl = 0.0
    for i in range(n):
        for j in range(units):
            kl += (math.exp(logvar[i, j]) + mu[i, j] ** 2 - 1 - logvar[i, j]) / (2 * n)
    return kl, mu / n, (np.exp(logvar) - 1) / (2 * n)
