"""Backward goes through every step of forward, in reverse."""

import numpy as np


def batch_norm_forward(x, gamma, beta, epsilon=1e-3):
    centred = x - x.mean(axis=0)
    root = np.sqrt((centred**2).mean(axis=0) + epsilon)
    return gamma * centred / root + beta, (centred, root, gamma)


def batch_norm_backward(dy, cache):
    centred, root, gamma = cache
    dx_hat = dy * gamma
    droot = -(dx_hat * centred).sum(axis=0) / root**2
    dvariance = droot / (2 * root)
    dcentred = dx_hat / root + 2 * centred * dvariance / len(dy)
    dx = dcentred - dcentred.mean(axis=0)
    return dx, (dy * centred / root).sum(axis=0), dy.sum(axis=0)


def moving_statistics(x, moving_mean, moving_variance, momentum=0.99):
    moving_mean = moving_mean + (1 - momentum) * (x.mean(axis=0) - moving_mean)
    moving_variance = moving_variance + (1 - momentum) * (x.var(axis=0) - moving_variance)
    return moving_mean, moving_variance
