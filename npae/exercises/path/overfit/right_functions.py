"""Cut into functions; a new dict of params at every step; np.array_split; losses in an array."""

import math

import numpy as np


def _batches(n, batch_size, rng):
    order = rng.choice(n, n, replace=False)
    stops = np.arange(batch_size, n, batch_size)
    return np.split(order, stops)


def _step(batch, params, model, learning_rate):
    y, cache = model[0](batch, params)
    difference = batch - y
    grads = model[1](-2 * difference / difference.size, cache)
    return np.mean(difference**2), {key: params[key] - learning_rate * grads[key] for key in params}


def overfit(x, params, model, epochs, batch_size, learning_rate, rng):
    losses = np.zeros(epochs)
    for epoch in range(epochs):
        for chosen in _batches(len(x), batch_size, rng):
            loss, params = _step(x[chosen], params, model, learning_rate)
            losses[epoch] += loss * len(chosen) / len(x)
    assert math.isfinite(losses.sum())
    return params, losses.tolist()
