"""Exercise 17: batch normalisation, which gives every feature mean 0 and variance 1 in the batch."""

import numpy as np


def batch_norm_forward(x, gamma, beta, epsilon=1e-3):
    """Return y, cache."""
    d = x - np.mean(x, axis=0)
    s = np.sqrt(np.mean(d * d, axis=0) + epsilon)
    y = x_hat = d / s
    # in place, to save memory
    y *= gamma
    y += beta
    return y, (x_hat, s, gamma)


def batch_norm_backward(dy, cache):
    """Return dx, dgamma, dbeta."""
    x_hat, s, gamma = cache
    n = dy.shape[0]
    g = dy * gamma
    dgamma = np.einsum("nk,nk->k", dy, x_hat)
    dx = n * g
    dx -= g.sum(axis=0)
    dx -= x_hat * np.einsum("nk,nk->k", g, x_hat)
    dx /= n * s
    return dx, dgamma, dy.sum(axis=0)


def moving_statistics(x, moving_mean, moving_variance, momentum=0.99):
    """Return the new moving_mean, moving_variance."""
    keep, take = momentum, 1 - momentum
    return keep * moving_mean + take * x.mean(axis=0), keep * moving_variance + take * x.var(axis=0)
