"""Exercise 17: batch normalisation, which gives every feature mean 0 and variance 1 in the batch."""

import numpy as np


def batch_norm_forward(x, gamma, beta, epsilon=1e-3):
    """Return y, cache, one column after the other."""
    n, d = x.shape
    y, x_hat = np.empty_like(x), np.empty_like(x)
    roots = np.empty(d, x.dtype)
    for k in range(d):
        column = x[:, k]
        centred = column - column.sum() / n
        # keep the root away from 0
        roots[k] = np.sqrt(max((centred**2).sum() / n, epsilon))
        x_hat[:, k] = centred / roots[k]
        y[:, k] = gamma[k] * x_hat[:, k] + beta[k]
    return y, (x_hat, roots, gamma)


def batch_norm_backward(dy, cache):
    """Return dx, dgamma, dbeta."""
    x_hat, roots, gamma = cache
    n, d = dy.shape
    dx = np.empty_like(dy)
    dgamma, dbeta = np.empty(d, dy.dtype), np.empty(d, dy.dtype)
    for k in range(d):
        dgamma[k], dbeta[k] = dy[:, k] @ x_hat[:, k], dy[:, k].sum()
        g = dy[:, k] * gamma[k]
        dx[:, k] = (n * g - g.sum() - x_hat[:, k] * (g @ x_hat[:, k])) / (n * roots[k])
    return dx, dgamma, dbeta


def moving_statistics(x, moving_mean, moving_variance, momentum=0.99):
    """Return the new moving_mean, moving_variance."""
    moving_mean *= momentum
    moving_mean += (1 - momentum) * x.mean(axis=0)
    moving_variance *= momentum
    moving_variance += (1 - momentum) * x.var(axis=0)
    return moving_mean, moving_variance
