"""Written in sigma: its logarithm is half of logvar."""

import numpy as np


def reparameterise_forward(mu, logvar, eps):
    log_sigma = logvar * 0.5
    return eps * np.exp(log_sigma) + mu, {"log_sigma": log_sigma, "eps": eps}


def reparameterise_backward(dz, cache):
    dsigma = dz * cache["eps"]
    dlog_sigma = dsigma * np.exp(cache["log_sigma"])
    return 1.0 * dz, 0.5 * dlog_sigma


def kl_divergence(mu, logvar):
    sigma = np.exp(logvar / 2)
    entries = (sigma**2 + mu**2) / 2 - 0.5 - np.log(sigma)
    dmu = np.full_like(mu, 1 / len(mu)) * mu
    dlogvar = (sigma - 1) * (sigma + 1) / 2 / len(mu)
    return entries.sum(axis=1).mean(axis=0), dmu, dlogvar
