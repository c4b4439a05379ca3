import numpy as np


def mask(x, p, rng):
    keep = rng.random(x.shape) >= p
    return x * keep / max(1 - p, 1e-9)


def gaussian(x, stddev, rng):
    return np.clip(x + np.sqrt(stddev) * rng.normal(size=x.shape), 0, 1)


def denoising_step(x, params, model, corrupt, rng, learning_rate):
    forward, backward = model
    y, cache = forward(corrupt(x, rng), params)
    loss = np.mean((y - x) ** 2)
    grads = backward(2 * (y - x) / x.size, cache)
    return loss, {k: params[k] - learning_rate * grads[k] for k in params}
