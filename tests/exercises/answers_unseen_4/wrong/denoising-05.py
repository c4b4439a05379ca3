"""Exercise 19: corruption, and one training step of a denoising autoencoder."""

import numpy as np


def mask(x, p, rng):
    """Return x after masking noise, formula (1)."""
    coins = rng.binomial(1, 1 - p, size=x.shape)
    return (x * coins).astype(x.dtype)


def gaussian(x, stddev, rng):
    """Return x after Gaussian noise, formula (2)."""
    e = rng.normal(size=x.shape)
    return np.asarray(np.clip(x + stddev * e, 0, 1), dtype=x.dtype)


def mse(y, target):
    return np.mean((y - target) ** 2)


def mse_gradient(y, target):
    return 2 / target.size * (y - target)


def denoising_step(x, params, model, corrupt, rng, learning_rate):
    """Train one step by formulas (4) to (7); return loss, new_params."""
    forward, backward = model
    clean = x
    x = corrupt(x, rng)
    y, cache = forward(x, params)
    loss = mse(y, clean)
    grads = backward(mse_gradient(y, x), cache)
    return loss, {key: value - learning_rate * grads[key] for key, value in params.items()}
