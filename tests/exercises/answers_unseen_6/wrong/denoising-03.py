"""Denoising autoencoder."""

import numpy as np


def mask(x, p, rng):
    """Mask."""
    survivors = rng.binomial(1, 1 - p, size=x.shape)
    return survivors * x


def gaussian(x, stddev, rng):
    """Noise."""
    return np.minimum(np.maximum(rng.normal(x, stddev), 0), 1)


def mse(y, x):
    """Loss and its gradient."""
    d = y - x
    return np.mean(d**2), 2 * d / d.size


def denoising_step(x, params, model, corrupt, rng, learning_rate):
    """Return loss, new_params."""
    forward, backward = model
    # how good is the model on real images right now?
    reconstruction, _ = forward(x, params)
    loss, _ = mse(reconstruction, x)
    # train it on noisy ones
    y, cache = forward(corrupt(x, rng), params)
    _, dy = mse(y, x)
    grads = backward(dy, cache)
    new_params = {k: v - learning_rate * grads[k] for k, v in params.items()}
    return loss, new_params
