"""Exercise 19: corruption, and one training step of a denoising autoencoder."""

import numpy as np


def mask(x, p, rng):
    """Return x after masking noise: a copy, in which the unlucky entries are set to 0."""
    damaged = np.array(x)
    damaged[rng.uniform(size=damaged.shape) < p] = 0
    return damaged


def gaussian(x, stddev, rng):
    """Return x after Gaussian noise, formula (2)."""
    damaged = rng.normal(loc=x, scale=stddev, size=x.shape)
    return np.minimum(np.maximum(damaged, 0), 1).astype(x.dtype)


def _loss_and_slope(y, target):
    wrong_by = y - target
    return np.vdot(wrong_by, wrong_by) / wrong_by.size, wrong_by * (2 / wrong_by.size)


def denoising_step(x, params, model, corrupt, rng, learning_rate):
    """Train one step by formulas (4) to (7); return loss, new_params."""
    y, cache = model[0](corrupt(x, rng), params)
    loss, dy = _loss_and_slope(y, x)
    new_params = dict(params)
    for key, gradient in model[1](dy, cache).items():
        new_params[key] = params[key] - learning_rate * gradient
    return float(loss), new_params
