"""Exercise 19: corruption, and one training step of a denoising autoencoder."""

import numpy as np


def mask(x, p, rng):
    """Return x after masking noise, formula (1)."""
    noisy = x.copy()
    noisy[rng.random(x.shape) < p] = 0
    return noisy


def gaussian(x, stddev, rng):
    """Return x after Gaussian noise, formula (2)."""
    noisy = x + stddev * rng.standard_normal(x.shape)
    noisy[noisy < 0] = 0
    noisy[noisy > 1] = 1
    return noisy.astype(x.dtype)


def denoising_step(x, params, model, corrupt, rng, learning_rate):
    """Train one step by formulas (4) to (7); return loss, new_params."""
    forward, backward = model
    y, cache = forward(corrupt(x, rng), params)
    r = y - x
    loss, grads = (r * r).mean(), backward(2 * r / r.size, cache)
    new_params = params.copy()  # the old ones stay as they are
    for key, g in grads.items():
        new_params[key] -= learning_rate * g
    return loss, new_params
