import numpy as np

EPS = 1e-3


def batch_norm_forward(x, gamma, beta, epsilon=EPS):
    centered = x - x.mean(axis=0, keepdims=True)
    std = np.sqrt((centered * centered).mean(axis=0, keepdims=True) + epsilon)
    return centered / std * gamma[None, :] + beta[None, :], (centered, gamma)


def batch_norm_backward(dy, cache):
    centered, gamma = cache
    n = dy.shape[0]
    std = np.sqrt((centered * centered).mean(axis=0) + EPS)
    g = dy * gamma
    dbeta = dy.T @ np.ones(n)
    dgamma = np.diag(dy.T @ centered)
    along = np.diag(g.T @ centered) / std**2
    dx = (g - g.mean(axis=0) - centered * along / n) / std
    return dx, dgamma, dbeta


def moving_statistics(x, moving_mean, moving_variance, momentum=0.99):
    stats = np.stack([x.mean(axis=0), x.var(axis=0)])
    moving = np.stack([moving_mean, moving_variance])
    new = momentum * moving + (1 - momentum) * stats
    return new[0], new[1]
