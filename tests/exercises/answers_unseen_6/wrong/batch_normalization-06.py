"""Exercise 17, following the formulas by number."""

import numpy as np


def batch_norm_forward(x, gamma, beta, epsilon=1e-3):
    """Return y, cache."""
    n = len(x)
    mean = x.sum(axis=0) / n  # (1)
    variance = ((x - mean) ** 2).sum(axis=0) / n  # (2)
    x_hat = (x - mean) / np.sqrt(variance + epsilon)  # (3)
    y = gamma * x_hat + beta  # (4)
    return y, (x_hat, variance, gamma)


def batch_norm_backward(dy, cache):
    """Return dx, dgamma, dbeta."""
    x_hat, variance, gamma = cache
    n = len(dy)
    dgamma = (dy * x_hat).sum(axis=0)  # (5)
    dbeta = dy.sum(axis=0)  # (6)
    dx_hat = dy * gamma  # (7)
    numerator = n * dx_hat - dx_hat.sum(axis=0) - x_hat * (dx_hat * x_hat).sum(axis=0)  # (8)
    dx = numerator / (n * np.sqrt(variance))
    return dx, dgamma, dbeta


def moving_statistics(x, moving_mean, moving_variance, momentum=0.99):
    """Return moving_mean, moving_variance."""
    n = len(x)
    mean = x.sum(axis=0) / n
    mean = momentum * moving_mean + (1 - momentum) * mean  # (9)
    variance = ((x - mean) ** 2).sum(axis=0) / n
    variance = momentum * moving_variance + (1 - momentum) * variance
    return mean, variance
