"""Exercise 17 with the Jacobian of each column written out: (I - 1/n - x̂ x̂'/n) / root, an n by n matrix."""

import numpy as np


def batch_norm_forward(x, gamma, beta, epsilon=1e-3):
    """Return y, cache."""
    n = x.shape[0]
    centring = np.eye(n) - 1 / n
    centred = centring @ x
    root = np.linalg.norm(np.vstack([centred / np.sqrt(n), np.full((1, x.shape[1]), np.sqrt(epsilon))]), axis=0)
    x_hat = centred / root
    return x_hat * gamma + beta, (x_hat, root, gamma.copy(), centring)


def batch_norm_backward(dy, cache):
    """Return dx, dgamma, dbeta."""
    x_hat, root, gamma, centring = cache
    n, d = dy.shape
    dx = np.empty((n, d))
    for k in range(d):
        jacobian = (centring - np.outer(x_hat[:, k], x_hat[:, k]) / n) * (gamma[k] / root[k])
        dx[:, k] = jacobian.T @ dy[:, k]
    return dx, np.diagonal(x_hat.T @ dy).copy(), np.ones(n) @ dy


def moving_statistics(x, moving_mean, moving_variance, momentum=0.99):
    """Return moving_mean, moving_variance."""
    old = np.stack([moving_mean, moving_variance])
    new = np.stack([np.mean(x, 0), np.var(x, 0)])
    return tuple(np.average([old, new], axis=0, weights=[momentum, 1 - momentum]))
