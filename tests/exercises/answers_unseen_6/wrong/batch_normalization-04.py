"""Batch norm."""

import numpy as np


def batch_norm_forward(x, gamma, beta, epsilon=1e-3):
    """Return y, cache."""
    mu = np.mean(x, axis=0, keepdims=True)
    var = np.var(x, axis=0, keepdims=True)
    inv = 1.0 / np.sqrt(var + epsilon)
    x_hat = (x - mu) * inv
    y = gamma[None, :] * x_hat + beta[None, :]
    return y, (x_hat, inv, gamma)


def batch_norm_backward(dy, cache):
    """Return dx, dgamma, dbeta."""
    x_hat, inv, gamma = cache
    n = dy.shape[0]
    dx_hat = dy * gamma[None, :]
    dx = n * dx_hat
    dx -= dx_hat.sum(axis=0)
    dx -= x_hat * (dx_hat * x_hat).sum(axis=0)
    dx *= inv / n
    return dx, (dy * x_hat).sum(axis=0), dy.sum(axis=0)


def moving_statistics(x, moving_mean, moving_variance, momentum=0.99):
    """Return moving_mean, moving_variance."""
    moving_mean *= momentum
    moving_mean += (1 - momentum) * np.mean(x, axis=0)
    moving_variance *= momentum
    moving_variance += (1 - momentum) * np.var(x, axis=0)
    return moving_mean, moving_variance
