import math

import numpy as np


def reparameterise_forward(mu, logvar, eps):
    n, units = mu.shape
    z = np.empty((n, units))
    sigma = np.empty((n, units))
    for i in range(n):
        for u in range(units):
            sigma[i, u] = math.sqrt(math.exp(logvar[i, u]))
            z[i, u] = mu[i, u] + sigma[i, u] * eps[i, u]
    return z, {"sigma": sigma, "eps": eps.copy()}


def reparameterise_backward(dz, cache):
    # dsigma / dlogvar is sigma / 2
    dsigma = dz * cache["eps"]
    dlogvar = dsigma * 0.5 * cache["sigma"]
    return dz.copy(), dlogvar


def kl_divergence(mu, logvar):
    n, units = mu.shape
    kl = 0.0
    dmu, dlogvar = np.empty((n, units)), np.empty((n, units))
    for i in range(n):
        for u in range(units):
            v = math.exp(logvar[i, u])
            kl += 0.5 * (v + mu[i, u] ** 2 - 1 - logvar[i, u]) / n
            dmu[i, u] = mu[i, u] / n
            dlogvar[i, u] = 0.5 * (v - 1) / n
    return kl, dmu, dlogvar
