"""Exercise 19: corruption, and one training step of a denoising autoencoder."""

import numpy as np


def mask(x, p, rng):
    """Return x after masking noise, formula (1)."""
    keep = rng.random(x.shape[1:]) >= p
    return x * keep


def gaussian(x, stddev, rng):
    """Return x after Gaussian noise, formula (2)."""
    noisy = rng.standard_normal(x.shape).astype(x.dtype)
    noisy *= stddev
    noisy += x
    return np.clip(noisy, 0, 1, out=noisy)


def denoising_step(x, params, model, corrupt, rng, learning_rate):
    """Train one step by formulas (4) to (7); return loss, new_params."""
    forward, backward = model
    y, cache = forward(corrupt(x, rng), params)
    loss = np.square(y - x).mean()
    dy = 2 * (y - x) / y.size
    grads = backward(dy, cache)
    return loss, {k: v - learning_rate * grads[k] for k, v in params.items()}
