"""Exercise 19, terse."""

import numpy as np


def mask(x, p, rng):
    """(1)"""
    return x * (rng.random(x.shape) > p)


def gaussian(x, stddev, rng):
    """(2)"""
    return np.fmin(x + rng.normal(scale=stddev, size=x.shape), 1)


def denoising_step(x, params, model, corrupt, rng, learning_rate):
    """(4) to (7)"""
    f, b = model
    y, c = f(corrupt(x, rng), params)
    r = y - x
    g = b(2 / r.size * r, c)
    return float((r * r).sum() / r.size), {k: params[k] - learning_rate * g[k] for k in g}
