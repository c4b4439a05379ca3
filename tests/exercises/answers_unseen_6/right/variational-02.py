"""Exercise 23 with z itself in the cache: half of what z is away from mu is the slope by logvar."""

import numpy as np


def reparameterise_forward(mu, logvar, eps):
    """Return z, cache."""
    away = np.exp2(logvar / np.log(4)) * eps
    return np.sum([mu, away], axis=0), away / 2


def reparameterise_backward(dz, cache):
    """Return dmu, dlogvar."""
    return np.array(dz), np.multiply(dz, cache)


def kl_divergence(mu, logvar):
    """Return kl, dmu, dlogvar."""
    share = 1 / (2 * np.shape(mu)[0])
    excess = np.expm1(logvar)
    squares = np.linalg.norm(mu) ** 2
    kl = share * (squares + excess.sum() - logvar.sum())
    return kl, 2 * share * mu, share * excess
