"""Exercise 17, solved: corruption and the denoising step."""

import numpy as np


def mask(x, p, rng):
    """Return x with entries set to 0: a uniform number is below p with probability p."""
    return np.where(rng.random(x.shape) < p, 0, x).astype(x.dtype)


def gaussian(x, stddev, rng):
    """Return x with Gaussian noise, clipped to [0, 1]."""
    noise = rng.standard_normal(x.shape).astype(x.dtype)
    return np.clip(x + stddev * noise, 0, 1)


def denoising_step(x, params, model, corrupt, rng, learning_rate):
    """Return loss, new_params: the model sees the noisy images, the loss asks for the clean ones."""
    forward, backward = model
    noisy = corrupt(x, rng)
    y, cache = forward(noisy, params)
    loss = np.mean((y - x) ** 2)
    dy = 2 * (y - x) / x.size
    grads = backward(dy, cache)
    new_params = {}
    for key in params:
        new_params[key] = params[key] - learning_rate * grads[key]
    return loss, new_params
