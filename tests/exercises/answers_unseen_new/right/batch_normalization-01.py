import numpy as np


def batch_norm_forward(x, gamma, beta, epsilon=1e-3):
    """Step by step, as a graph."""
    n, d = x.shape
    mu = x.sum(axis=0) / n
    centred = x - mu
    squares = centred**2
    var = squares.sum(axis=0) / n
    root = np.sqrt(var + epsilon)
    inverse = 1 / root
    x_hat = centred * inverse
    y = gamma * x_hat + beta
    return y, (x_hat, gamma, centred, inverse, root, var, epsilon)


def batch_norm_backward(dy, cache):
    x_hat, gamma, centred, inverse, root, var, epsilon = cache
    n, d = dy.shape
    dbeta = dy.sum(axis=0)
    dgamma = (dy * x_hat).sum(axis=0)
    dx_hat = dy * gamma
    dinverse = (dx_hat * centred).sum(axis=0)
    dcentred = dx_hat * inverse
    droot = -dinverse / root**2
    dvar = 0.5 * droot / np.sqrt(var + epsilon)
    dsquares = np.ones((n, d)) * dvar / n
    dcentred += 2 * centred * dsquares
    dmu = -dcentred.sum(axis=0)
    dx = dcentred + np.ones((n, d)) * dmu / n
    return dx, dgamma, dbeta


def moving_statistics(x, moving_mean, moving_variance, momentum=0.99):
    mu = x.mean(axis=0)
    var = x.var(axis=0)
    return (
        moving_mean + (1 - momentum) * (mu - moving_mean),
        moving_variance + (1 - momentum) * (var - moving_variance),
    )
