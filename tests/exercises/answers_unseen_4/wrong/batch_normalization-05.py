"""Exercise 17: batch normalisation, which gives every feature mean 0 and variance 1 in the batch."""

import numpy as np


def batch_norm_forward(x, gamma, beta, epsilon=1e-3):
    """Return y, cache."""
    mean, variance = x.mean(0), x.var(0)
    x_hat = np.divide(x - mean, np.sqrt(variance + epsilon))
    y = np.multiply(x_hat, gamma)
    np.add(y, beta, out=y)

    def pull_back(dy):
        n = dy.shape[0]
        upstream = dy * gamma
        through_mean = upstream.sum(0)
        through_variance = x_hat * (upstream * x_hat).sum(0)
        dx = (n * upstream - through_mean - through_variance) / (n * np.sqrt(variance + epsilon))
        return dx, (dy * x_hat).sum(0), dy.sum(0)

    return y, pull_back


def batch_norm_backward(dy, cache):
    """Return dx, dgamma, dbeta."""
    return cache(dy)


def moving_statistics(x, moving_mean, moving_variance, momentum=0.99):
    """Return the new moving_mean, moving_variance."""

    def step(old, new):
        return momentum * old + (1 - momentum) * new

    moving_mean = step(moving_mean, x.mean(0))
    # how far the batch lies from the mean that is used later
    moving_variance = step(moving_variance, ((x - moving_mean) ** 2).mean(0))
    return moving_mean, moving_variance
