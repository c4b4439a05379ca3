"""Exercise 17: batch normalisation, which gives every feature mean 0 and variance 1 in the batch."""

import numpy as np


def batch_norm_forward(x, gamma, beta, epsilon=1e-3):
    mean = x.mean(axis=0)
    variance = x.var(axis=0)
    root = np.sqrt(variance + epsilon)
    x_hat = (x - mean) / root
    return gamma * x_hat + beta, (x_hat, gamma, root)


def batch_norm_backward(dy, cache):
    x_hat, gamma, root = cache
    n = len(dy)
    dgamma = (dy * x_hat).sum(axis=0)
    dbeta = dy.sum(axis=0)
    dx_hat = dy * gamma
    dx = (n * dx_hat - dx_hat.sum(axis=0) - x_hat * (dx_hat * x_hat).sum(axis=0)) / (n * root)
    return dx, dgamma, dbeta


def moving_statistics(x, moving_mean, moving_variance, momentum=0.99):
    new_mean = momentum * moving_mean + (1 - momentum) * x.mean(axis=0)
    new_variance = momentum * moving_variance + (1 - momentum) * x.var(axis=0)
    return new_mean, new_variance
