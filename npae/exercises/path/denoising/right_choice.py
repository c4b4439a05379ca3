"""rng.choice for the mask, one number drawn at a time for the noise, and deepcopy for the params."""

import copy

import numpy as np


def mask(x, p, rng):
    keep = rng.choice([False, True], size=x.size, p=[p, 1 - p]).reshape(x.shape)
    noisy = np.zeros_like(x)
    noisy[keep] = x[keep]
    return noisy


def gaussian(x, stddev, rng):
    flat = [value + stddev * rng.standard_normal() for value in x.ravel()]
    return np.clip(np.array(flat, dtype=x.dtype).reshape(x.shape), 0.0, 1.0)


def denoising_step(x, params, model, corrupt, rng, learning_rate):
    (forward, backward), new_params = model, copy.deepcopy(params)
    noisy = corrupt(x.copy(), rng)
    y, cache = forward(noisy, new_params)
    loss = np.sum((x - y) ** 2) / x.size
    grads = backward(-2 * (x - y) / x.size, cache)
    for key in sorted(new_params):
        new_params[key] = new_params[key] + -learning_rate * grads[key]
    return loss, new_params
