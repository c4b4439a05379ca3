"""Exercise 23: reparameterisation."""

import numpy as np


def reparameterise_forward(mu, logvar, eps):
    """Return z, cache."""
    # sigma is the root of the variance
    sigma = np.sqrt(np.exp(logvar))
    # shift and stretch the standard normal numbers
    z = mu + sigma * eps
    return z, {"sigma": sigma, "eps": eps}


def reparameterise_backward(dz, cache):
    """Return dmu, dlogvar."""
    # z moves with mu one to one
    dmu = dz.copy()
    # z moves with logvar through sigma, d sigma / d logvar = sigma / 2
    dsigma = dz * cache["eps"]
    dlogvar = dsigma * cache["sigma"] / 2
    return dmu, dlogvar


def kl_divergence(mu, logvar):
    """Return kl, dmu, dlogvar."""
    # divergence of each unit of each image
    each = (np.exp(logvar) + mu**2 - 1 - logvar) / 2
    kl = np.mean(each)
    # gradients
    n = mu.shape[0]
    dmu = mu / n
    dlogvar = (np.exp(logvar) - 1) / 2 / n
    return kl, dmu, dlogvar
