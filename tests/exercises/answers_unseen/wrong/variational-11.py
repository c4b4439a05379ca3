import numpy as np


def reparameterise_forward(mu, logvar, eps):
    sigma = np.exp(logvar / 2)
    return mu + sigma * eps, (sigma, eps)


def reparameterise_backward(dz, cache):
    sigma, eps = cache
    return .5 * dz * eps * sigma, dz


def kl_divergence(mu, logvar):
    n = len(mu)
    kl = 0.5 * (np.exp(logvar) + mu ** 2 - 1 - logvar).sum() / n
    return kl, 2 * mu / n, 0.5 * (np.exp(logvar) - 1) / n
