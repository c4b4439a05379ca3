"""Exercise 19, entry by entry, one draw after the other."""

import numpy as np


def _entrywise(function, x):
    """Apply function to every entry, in reading order, and return a new array of floats."""
    return np.array([function(float(value)) for value in x.flat]).reshape(x.shape)


def mask(x, p, rng):
    """Return x after masking noise."""
    return _entrywise(lambda value: 0.0 if rng.random() < p else value, x)


def gaussian(x, stddev, rng):
    """Return x after Gaussian noise."""
    return _entrywise(lambda value: min(max(rng.normal(value, stddev), 0.0), 1.0), x)


def denoising_step(x, params, model, corrupt, rng, learning_rate):
    """Return loss, new_params."""
    forward, backward = model
    y, cache = forward(corrupt(x.copy(), rng), params)
    error = np.subtract(y, x)
    grads = backward(error / (0.5 * error.size), cache)
    flat = error.ravel()
    return float(flat @ flat) / flat.size, {
        key: np.add(value, np.multiply(-learning_rate, grads[key])) for key, value in params.items()
    }
