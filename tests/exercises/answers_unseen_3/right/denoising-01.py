"""Exercise 19: corruption, and one training step of a denoising autoencoder."""

import numpy as np


def mask(x, p, rng):
    return np.where(rng.random(x.shape) < p, np.zeros_like(x), x)


def gaussian(x, stddev, rng):
    noise = rng.standard_normal(x.shape).astype(x.dtype)
    return np.clip(x + stddev * noise, 0, 1)


def denoising_step(x, params, model, corrupt, rng, learning_rate):
    forward, backward = model
    noisy = corrupt(x, rng)
    y, cache = forward(noisy, params)
    error = y - x
    loss = float(np.mean(error**2))
    grads = backward(2 * error / x.size, cache)
    return loss, {key: params[key] - learning_rate * grads[key] for key in params}
