"""Exercise 17: batch normalisation, which gives every feature mean 0 and variance 1 in the batch."""

import numpy as np


def batch_norm_forward(x, gamma, beta, epsilon=1e-3):
    n, d = x.shape
    y = np.empty_like(x)
    x_hat = np.empty_like(x)
    scale = np.empty(d, x.dtype)
    for k in range(d):
        column = x[:, k]
        mean = column.sum() / n
        variance = ((column - mean) ** 2).sum() / n
        scale[k] = np.sqrt(variance + epsilon)
        x_hat[:, k] = (column - mean) / scale[k]
        y[:, k] = gamma[k] * x_hat[:, k] + beta[k]
    return y, (x_hat, scale, gamma)


def batch_norm_backward(dy, cache):
    x_hat, scale, gamma = cache
    dx = np.empty_like(dy)
    dgamma = np.zeros_like(gamma)
    dbeta = np.zeros_like(gamma)
    for k in range(dy.shape[1]):
        dgamma[k] = (dy[:, k] * x_hat[:, k]).sum()
        dbeta[k] = dy[:, k].sum()
        dx[:, k] = dy[:, k] * gamma[k] / scale[k]
    return dx, dgamma, dbeta


def moving_statistics(x, moving_mean, moving_variance, momentum=0.99):
    mean = x.sum(axis=0) / len(x)
    variance = ((x - mean) ** 2).sum(axis=0) / len(x)
    moving_mean = momentum * moving_mean + (1 - momentum) * mean
    moving_variance = momentum * moving_variance + (1 - momentum) * variance
    return moving_mean, moving_variance
