"""Batch normalisation, short."""

import numpy as np


def batch_norm_forward(x, gamma, beta, epsilon=1e-3):
    """Return y, cache."""
    std = np.sqrt(x.var(0) + epsilon)
    xhat = (x - x.mean(0)) / std
    return gamma * xhat + beta, (xhat, std, gamma)


def batch_norm_backward(dy, cache):
    """Return dx, dgamma, dbeta."""
    xhat, std, gamma = cache
    g = dy * gamma
    dx = (g - g.mean(0) - xhat * (g * xhat).mean(0)) / std
    return dx, (dy * xhat).sum(0), dy.sum(0)


def moving_statistics(x, moving_mean, moving_variance, momentum=0.99):
    """Return moving_mean, moving_variance."""
    # unbiased, since this estimates the variance of all images
    var = x.var(0, ddof=1)
    mean = x.mean(0)
    return momentum * moving_mean + (1 - momentum) * mean, momentum * moving_variance + (1 - momentum) * var
