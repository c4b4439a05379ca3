"""Exercise 17: batch normalisation, which gives every feature mean 0 and variance 1 in the batch."""

import numpy as np


def batch_norm_forward(x, gamma, beta, epsilon=1e-3):
    """Return y, cache."""
    mean = x.mean(axis=0)
    variance = x.var(axis=0)
    root = np.sqrt(variance + epsilon)
    x_hat = (x - mean) / root
    return gamma * x_hat + beta, (x_hat, root, gamma)


def batch_norm_backward(dy, cache):
    """Return dx, dgamma, dbeta."""
    x_hat, root, gamma = cache
    n = dy.shape[0]
    dbeta = dy.sum(axis=0)
    dgamma = (dy * x_hat).sum(axis=0)
    dx = gamma / (n * root) * (n * dy - dbeta - x_hat * dgamma)
    return dx, dgamma, dbeta


def moving_statistics(x, moving_mean, moving_variance, momentum=0.99):
    """Return the new moving_mean, moving_variance."""
    n = x.shape[0]
    mean = x.sum(axis=0) / n
    # later the variance stands for all images, not for the batch: the unbiased estimate
    variance = np.square(x - mean).sum(axis=0) / max(n - 1, 1)
    return momentum * moving_mean + (1 - momentum) * mean, momentum * moving_variance + (1 - momentum) * variance
