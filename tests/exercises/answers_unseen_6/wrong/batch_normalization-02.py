"""Batch norm, one column at a time."""

import numpy as np


def batch_norm_forward(x, gamma, beta, epsilon=1e-3):
    """Return y, cache."""
    n, d = x.shape
    y = np.zeros((n, d))
    xhat = np.zeros((n, d))
    root = np.zeros(d)
    for k in range(d):
        mean = sum(x[:, k]) / n
        variance = sum((x[:, k] - mean) ** 2) / n
        root[k] = (variance + epsilon) ** 0.5
        for i in range(n):
            xhat[i, k] = (x[i, k] - mean) / root[k]
            y[i, k] = gamma[k] * xhat[i, k] + beta[k]
    return y, (xhat, root, gamma)


def batch_norm_backward(dy, cache):
    """Return dx, dgamma, dbeta."""
    xhat, root, gamma = cache
    n, d = dy.shape
    dx = np.zeros((n, d))
    dgamma = np.zeros(d)
    dbeta = np.zeros(d)
    for k in range(d):
        dgamma[k] = sum(dy[:, k] * xhat[:, k])
        dbeta[k] = sum(dy[:, k])
        dxhat = dy[:, k] * gamma[k]
        s1 = sum(dxhat)
        s2 = sum(dxhat * xhat[:, k])
        for i in range(n):
            dx[i, k] = (n * dxhat[i] - s1 - xhat[i, k] * s2) / (n * root[k])
    return dx, dgamma, dbeta


def moving_statistics(x, moving_mean, moving_variance, momentum=0.99):
    """Return moving_mean, moving_variance."""
    n, d = x.shape
    new_mean = np.zeros(d)
    new_variance = np.zeros(d)
    for k in range(d):
        mean = sum(x[:, k]) / n
        variance = sum((x[:, k] - mean) ** 2) / n
        new_mean[k] = (1 - momentum) * moving_mean[k] + momentum * mean
        new_variance[k] = (1 - momentum) * moving_variance[k] + momentum * variance
    return new_mean, new_variance
