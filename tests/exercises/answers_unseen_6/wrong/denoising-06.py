"""Noise and one training step."""

import numpy as np


def mask(x, p, rng):
    """Masking noise."""
    draws = np.random.rand(*x.shape)
    out = np.zeros_like(x)
    keep = draws >= p
    out[keep] = x[keep]
    return out


def gaussian(x, stddev, rng):
    """Gaussian noise."""
    e = rng.normal(0, 1, x.shape)
    return np.clip(x + stddev * e, 0, 1)


def denoising_step(x, params, model, corrupt, rng, learning_rate):
    """Return loss, new_params."""
    forward, backward = model
    noisy = corrupt(x, rng)
    y, cache = forward(noisy, params)
    loss = np.sum((y - x) ** 2) / x.size
    dy = 2 * (y - x) / len(x)
    grads = backward(dy, cache)
    new_params = dict()
    for name in params.keys():
        new_params[name] = params[name] - learning_rate * grads[name]
    return loss, new_params
