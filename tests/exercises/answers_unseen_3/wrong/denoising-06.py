"""Exercise 19: corruption, and one training step of a denoising autoencoder."""

import numpy as np


def mask(x, p, rng):
    keep = 1 - p
    alive = rng.random(x.shape) >= p
    # the brightness of the image should stay what it was
    return np.where(alive, x / keep if keep > 0 else x, 0).astype(x.dtype)


def gaussian(x, stddev, rng):
    return np.clip(stddev * rng.standard_normal(x.shape) + x, 0, 1).astype(x.dtype)


def denoising_step(x, params, model, corrupt, rng, learning_rate):
    forward, backward = model
    noisy = corrupt(x, rng)

    def run(p):
        y, cache = forward(noisy, p)
        return np.mean((y - x) ** 2), 2 * (y - x) / x.size, cache

    _, dy, cache = run(params)
    grads = backward(dy, cache)
    new_params = {key: params[key] - learning_rate * grads[key] for key in params}
    loss, _, _ = run(new_params)
    return float(loss), new_params
