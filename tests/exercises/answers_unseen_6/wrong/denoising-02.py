"""Denoising, step by step."""

import numpy as np


def mask(x, p, rng):
    """Set pixels to zero."""
    keep = rng.uniform(size=x.shape[1:]) >= p
    return x * keep


def gaussian(x, stddev, rng):
    """Add noise, and stay within 0 and 1."""
    e = rng.standard_normal(x.shape)
    out = x + stddev * e
    out[out < 0] = 0
    out[out > 1] = 1
    return out


def denoising_step(x, params, model, corrupt, rng, learning_rate):
    """Return loss, new_params."""
    # (4)
    noisy = corrupt(x, rng)
    forward = model[0]
    backward = model[1]
    y, cache = forward(noisy, params)
    # (5)
    difference = y - x
    loss = (difference * difference).mean()
    # (6)
    number = difference.size
    dy = 2 * difference / number
    # (7)
    grads = backward(dy, cache)
    new_params = {}
    for key in params:
        new_params[key] = params[key] - learning_rate * grads[key]
    return loss, new_params
