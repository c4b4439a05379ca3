"""Exercise 17: batch normalisation, which gives every feature mean 0 and variance 1 in the batch."""

import numpy as np


def batch_norm_forward(x, gamma, beta, epsilon=1e-3):
    """(1) to (4)."""
    mean = np.average(x, axis=0)
    centred = np.subtract(x, mean)
    variance = np.average(centred * centred, axis=0)
    inverse_root = (variance + epsilon) ** -0.5
    y = centred * inverse_root
    y = y * gamma + beta
    return y, (y, centred, inverse_root, gamma)


def batch_norm_backward(dy, cache):
    """(5) to (8), with the mean, the variance and the quotient one after the other."""
    y, centred, inverse_root, gamma = cache
    n = dy.shape[0]
    dgamma = np.sum(dy * y, axis=0)
    dbeta = np.sum(dy, axis=0)
    dnormal = dy * gamma
    dvariance = np.sum(dnormal * centred, axis=0) * -0.5 * inverse_root**3
    dcentred = dnormal * inverse_root + dvariance * 2 * centred / n
    dx = dcentred - np.sum(dcentred, axis=0) / n
    return dx, dgamma, dbeta


def moving_statistics(x, moving_mean, moving_variance, momentum=0.99):
    """(9)."""
    mean = np.average(x, axis=0)
    variance = np.average(x * x, axis=0)
    keep, take = momentum, 1 - momentum
    return keep * moving_mean + take * mean, keep * moving_variance + take * variance
