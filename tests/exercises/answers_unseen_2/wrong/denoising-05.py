import numpy as np


def mask(x, p, rng):
    """Return x after masking noise, formula (1)."""
    u = rng.random(x.shape)
    return np.where(u >= p, x, np.zeros_like(x))


def gaussian(x, stddev, rng):
    """Return x after Gaussian noise, formula (2)."""
    e = rng.standard_normal(x.shape)
    x = x + stddev * e
    x = np.where(x > 1, 1.0, x)
    x = np.where(x < 0, 0.0, x)
    return x


def denoising_step(x, params, model, corrupt, rng, learning_rate):
    """Train one step by formulas (4) to (7); return loss, new_params."""
    forward, backward = model
    x = corrupt(x, rng)
    y, cache = forward(x, params)
    n = np.prod(x.shape)
    loss = np.sum(np.square(y - x)) / n
    dy = 2 * (y - x) / n
    grads = backward(dy, cache)
    new_params = {}
    for key, value in params.items():
        new_params[key] = value - learning_rate * grads[key]
    return loss, new_params
