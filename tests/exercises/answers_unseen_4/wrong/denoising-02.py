"""Exercise 19: corruption, and one training step of a denoising autoencoder."""

import numpy as np


def mask(x, p, rng):
    """Return x after masking noise, formula (1)."""
    survives = rng.random(x.shape) >= p
    noisy = np.zeros_like(x)
    if p < 1:
        # the brightness of the image stays the same on average
        noisy[survives] = x[survives] / (1 - p)
    return noisy


def gaussian(x, stddev, rng):
    """Return x after Gaussian noise, formula (2)."""
    return np.clip(rng.normal(x, stddev), 0.0, 1.0).astype(x.dtype)


def denoising_step(x, params, model, corrupt, rng, learning_rate):
    """Train one step by formulas (4) to (7); return loss, new_params."""
    forward, backward = model
    noisy = corrupt(x, rng)
    y, cache = forward(noisy, params)
    error = (y - x).ravel()
    loss = error @ error / error.size
    dy = (2 / error.size * error).reshape(x.shape)
    grads = backward(dy, cache)
    new_params = {}
    for key in params:
        new_params[key] = params[key] - learning_rate * grads[key]
    return float(loss), new_params
