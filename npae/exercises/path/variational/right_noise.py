"""The cache is z - mu: half of that, times dz, is the gradient of logvar."""

import numpy as np


def reparameterise_forward(mu, logvar, eps):
    shift = np.sqrt(np.exp(logvar)) * eps
    return mu + shift, shift


def reparameterise_backward(dz, cache):
    return dz, dz * cache / 2


def kl_divergence(mu, logvar):
    per_image = -0.5 * np.sum(1 + logvar - mu**2 - np.exp(logvar), axis=1)
    return per_image.mean(), mu / mu.shape[0], np.expm1(logvar) / (2 * mu.shape[0])
