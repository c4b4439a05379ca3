import numpy as np


def reparameterise_forward(mu, logvar, eps):
    """z = mu + sigma * eps"""
    z = np.zeros_like(mu)
    for i in range(len(mu)):
        z[i] = mu[i] + np.exp(logvar[i] / 2) * eps[i]
    return z, (logvar, eps)


def reparameterise_backward(dz, cache):
    logvar, eps = cache
    dlogvar = np.zeros_like(dz)
    for i in range(len(dz)):
        dlogvar[i] = dz[i] * eps[i] * 1 / 2 * np.exp(logvar[i] / 2)
    return dz, dlogvar


def kl_divergence(mu, logvar):
    n, units = mu.shape
    kl = 0
    dmu = np.zeros_like(mu)
    dlogvar = np.zeros_like(logvar)
    for i in range(n):
        for u in range(units):
            kl += 1 / 2 * (np.exp(logvar[i, u]) + mu[i, u] ** 2 - 1 - logvar[i, u]) / n
            dmu[i, u] = mu[i, u] / n
            dlogvar[i, u] = 1 / 2 * (np.exp(logvar[i, u]) - 1) / n
        return kl, dmu, dlogvar
