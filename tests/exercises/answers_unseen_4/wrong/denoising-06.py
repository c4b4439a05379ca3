"""Exercise 19: corruption, and one training step of a denoising autoencoder."""

import numpy as np


def mask(x, p, rng):
    """Return x after masking noise, formula (1)."""
    flat = [0 if u < p else v for u, v in zip(rng.random(x.size), x.ravel())]
    return np.array(flat, dtype=x.dtype).reshape(x.shape)


def gaussian(x, stddev, rng):
    """Return x after Gaussian noise, formula (2)."""
    noise = np.clip(stddev * rng.standard_normal(x.shape), 0, 1)
    return (x + noise).astype(x.dtype)


def denoising_step(x, params, model, corrupt, rng, learning_rate):
    """Train one step by formulas (4) to (7); return loss, new_params."""
    forward, backward = model
    noisy = corrupt(x, rng)
    y, cache = forward(noisy, params)
    loss = ((y - x) ** 2).sum() / x.size
    dy = 2 * (y - x) / len(x)
    grads = backward(dy, cache)
    return float(loss), dict((k, params[k] - learning_rate * grads[k]) for k in params)
