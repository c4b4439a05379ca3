"""Exercise 19 with masked arrays, and the normal numbers from an exponential and an angle (Box and Muller)."""

import copy

import numpy as np


def mask(x, p, rng):
    """Return x after masking noise."""
    hidden = rng.choice(np.array([True, False]), size=x.shape, p=[p, 1 - p])
    return np.ma.masked_array(x, hidden).filled(0)


def gaussian(x, stddev, rng):
    """Return x after Gaussian noise."""
    radius = np.sqrt(2 * rng.exponential(size=x.shape))
    e = radius * np.cos(2 * np.pi * rng.random(x.shape))
    return np.median([np.zeros(x.shape), x + stddev * e, np.ones(x.shape)], axis=0)


def denoising_step(x, params, model, corrupt, rng, learning_rate):
    """Return loss, new_params."""
    new_params = copy.deepcopy(params)
    forward, backward = model
    y, cache = forward(corrupt(x, rng), params)
    loss = np.var(y - x) + np.mean(y - x) ** 2
    grads = backward((y - x) * (2 / np.size(x)), cache)
    for key in grads:
        new_params[key] = new_params[key] - learning_rate * grads[key]
    return float(loss), new_params
