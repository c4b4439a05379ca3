"""Exercise 17 in three steps, one by one, on lists of columns, with the standard library's statistics."""

from math import fsum, sqrt
from statistics import fmean, pvariance

import numpy as np


def _columns(a):
    return [list(map(float, column)) for column in zip(*np.asarray(a))]


def batch_norm_forward(x, gamma, beta, epsilon=1e-3):
    """Return y, cache."""
    y, cache = [], []
    for column, g, b in zip(_columns(x), map(float, gamma), map(float, beta)):
        mean = fmean(column)
        centred = [value - mean for value in column]
        root = sqrt(fmean([c * c for c in centred]) + epsilon)
        y.append([g * c / root + b for c in centred])
        cache.append((centred, root, g))
    return np.array(y).T, cache


def batch_norm_backward(dy, cache):
    """Return dx, dgamma, dbeta."""
    dx, dgamma, dbeta = [], [], []
    for up, (centred, root, g) in zip(_columns(dy), cache):
        n = len(up)
        dgamma.append(fsum(u * c / root for u, c in zip(up, centred)))
        dbeta.append(fsum(up))
        # x̂ = c / root: first by c with the root held, then by the root
        dc = [u * g / root for u in up]
        droot = -fsum(u * g * c for u, c in zip(up, centred)) / root**2
        # root = √(variance + epsilon), variance = 1/n Σ c²
        dvariance = droot / (2 * root)
        dc = [a + dvariance * 2 * c / n for a, c in zip(dc, centred)]
        # c = x - mean
        dmean = -fsum(dc)
        dx.append([a + dmean / n for a in dc])
    return np.array(dx).T, np.array(dgamma), np.array(dbeta)


def moving_statistics(x, moving_mean, moving_variance, momentum=0.99):
    """Return moving_mean, moving_variance."""
    fresh = 1 - momentum
    means = [momentum * float(m) + fresh * fmean(c) for m, c in zip(moving_mean, _columns(x))]
    variances = [momentum * float(v) + fresh * pvariance(c) for v, c in zip(moving_variance, _columns(x))]
    return np.array(means), np.array(variances)
