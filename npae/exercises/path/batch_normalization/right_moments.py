"""The variance from the mean of the squares; backward takes the root anew."""

import numpy as np


def batch_norm_forward(x, gamma, beta, epsilon=1e-3):
    mean = np.mean(x, axis=0)
    variance = np.mean(x**2, axis=0) - mean**2
    x_hat = (x - mean) / np.sqrt(variance + epsilon)
    y = gamma * x_hat + beta
    return y, (x_hat, variance, gamma, epsilon)


def batch_norm_backward(dy, cache):
    x_hat, variance, gamma, epsilon = cache
    dx_hat = dy * gamma
    mean = np.mean(dx_hat, axis=0)
    product = x_hat * np.mean(dx_hat * x_hat, axis=0)
    dx = (dx_hat - mean - product) / np.sqrt(variance + epsilon)
    return dx, np.sum(dy * x_hat, axis=0), np.sum(dy, axis=0)


def moving_statistics(x, moving_mean, moving_variance, momentum=0.99):
    mean = np.mean(x, axis=0)
    variance = np.mean(x**2, axis=0) - mean**2
    moving_mean = momentum * moving_mean + (1 - momentum) * mean
    moving_variance = momentum * moving_variance + (1 - momentum) * variance
    return moving_mean, moving_variance
