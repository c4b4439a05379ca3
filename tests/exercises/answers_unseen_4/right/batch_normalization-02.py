"""Exercise 17: batch normalisation, which gives every feature mean 0 and variance 1 in the batch."""

import numpy as np


def column_statistics(x):
    """Formulas (1) and (2)."""
    return np.mean(x, axis=0, keepdims=True), np.var(x, axis=0, keepdims=True)


def batch_norm_forward(x, gamma, beta, epsilon=1e-3):
    """Return y, cache; the three steps are kept apart."""
    mean, variance = column_statistics(x)
    centred = x - mean
    inverse = (variance + epsilon) ** -0.5
    return beta + gamma * (centred * inverse), {"centred": centred, "inverse": inverse, "gamma": gamma}


def batch_norm_backward(dy, cache):
    """Return dx, dgamma, dbeta, taking the steps backwards one by one."""
    centred, inverse = cache["centred"], cache["inverse"]
    dscaled = dy * cache["gamma"]
    # x_hat = centred * inverse
    dinverse = np.sum(dscaled * centred, axis=0)
    dcentred = dscaled * inverse
    # inverse = (variance + epsilon) ** (-1/2), variance = mean of centred ** 2
    dvariance = dinverse * -0.5 * inverse**3
    dcentred = dcentred + 2 * dvariance * centred / dy.shape[0]
    # centred = x - mean
    dx = dcentred - dcentred.mean(axis=0)
    return dx, np.sum(dy * centred * inverse, axis=0), np.sum(dy, axis=0)


def moving_statistics(x, moving_mean, moving_variance, momentum=0.99):
    """Return the new moving_mean, moving_variance, after the batch x."""

    def blend(old, new):
        return old + (1 - momentum) * (new[0] - old)

    mean, variance = column_statistics(x)
    return blend(moving_mean, mean), blend(moving_variance, variance)
