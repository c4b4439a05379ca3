"""Batch normalisation with einsum."""

import numpy as np


def batch_norm_forward(x, gamma, beta, epsilon=1e-3):
    """Return y, cache."""
    n = x.shape[0]
    m = np.einsum("ik->k", x) / n
    c = x - m
    r = np.sqrt(np.einsum("ik,ik->k", c, c) / n + epsilon)
    xh = c / r
    return np.einsum("k,ik->ik", gamma, xh) + beta, (xh, r, gamma)


def batch_norm_backward(dy, cache):
    """Return dx, dgamma, dbeta."""
    xh, r, gamma = cache
    n = dy.shape[0]
    dgamma = np.einsum("ik,ik->k", dy, xh)
    dbeta = np.einsum("ik->k", dy)
    dxh = np.einsum("ik,k->ik", dy, gamma)
    third = np.einsum("ik,jk,lk->ik", xh, dxh, xh)
    dx = (n * dxh - np.einsum("jk->k", dxh) - third) / (n * r)
    return dx, dgamma, dbeta


def moving_statistics(x, moving_mean, moving_variance, momentum=0.99):
    """Return moving_mean, moving_variance."""
    n = x.shape[0]
    m = np.einsum("ik->k", x) / n
    v = np.einsum("ik,ik->k", x - m, x - m) / n
    return moving_mean + (1 - momentum) * (m - moving_mean), moving_variance + (1 - momentum) * (v - moving_variance)
