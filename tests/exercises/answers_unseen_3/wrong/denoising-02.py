"""Exercise 19: corruption, and one training step of a denoising autoencoder."""

import numpy as np


def mask(x, p, rng):
    """Choose the pixels that survive."""
    survivors = (rng.random(x.shape[1:]) >= p).astype(x.dtype)
    return survivors * x


def gaussian(x, stddev, rng):
    e = rng.standard_normal(x.shape)
    shaken = x + stddev * e
    return np.minimum(np.maximum(shaken, 0), 1).astype(x.dtype)


def denoising_step(x, params, model, corrupt, rng, learning_rate):
    forward, backward = model
    noisy = corrupt(x, rng)
    y, cache = forward(noisy, params)

    entries = x.size
    difference = y - x
    loss = float(np.sum(difference**2) / entries)
    dy = 2 * difference / entries

    grads = backward(dy, cache)
    new_params = {}
    for key in params:
        new_params[key] = params[key] - learning_rate * grads[key]
    return loss, new_params
