"""Exercise 19."""

import numpy as np


def mask(x, p, rng):
    """Masking noise."""
    return np.where(rng.random(x.shape) < p, 0.0, x)


def gaussian(x, stddev, rng):
    """Gaussian noise."""
    noise = rng.normal(0.0, np.sqrt(stddev), size=x.shape)
    return np.clip(x + noise, 0.0, 1.0)


def denoising_step(x, params, model, corrupt, rng, learning_rate):
    """Return loss, new_params."""
    forward, backward = model
    y, cache = forward(corrupt(x, rng), params)
    error = y - x
    loss = float(np.mean(error**2))
    grads = backward(2 * error / x.size, cache)
    return loss, {key: params[key] - learning_rate * grads[key] for key in params}
