"""Keep-masks drawn as coin tosses; noise drawn in x's own dtype; helpers for loss and update."""

import numpy as np


def mask(x, p, rng):
    return x * rng.binomial(1, 1 - p, x.shape).astype(x.dtype)


def gaussian(x, stddev, rng):
    noise = rng.standard_normal(x.shape, dtype=x.dtype)
    return np.minimum(np.maximum(x + x.dtype.type(stddev) * noise, 0), 1)


def _mean_squared_error(y, t):
    return np.square(y - t).mean(), 2 * (y - t) / np.prod(t.shape)


def _descend(params, grads, learning_rate):
    return {key: params[key] - learning_rate * grads[key] for key in params}


def denoising_step(x, params, model, corrupt, rng, learning_rate):
    forward, backward = model
    clean = x
    damaged = corrupt(clean, rng)
    y, cache = forward(damaged, params)
    loss, dy = _mean_squared_error(y, clean)
    return loss, _descend(params, backward(dy, cache), learning_rate)
