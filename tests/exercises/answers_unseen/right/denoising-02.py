import numpy as np


def mask(x, p, rng):
    damaged = x.copy()
    hit = rng.binomial(1, p, size=x.shape).astype(bool)
    damaged[hit] = 0
    return damaged


def gaussian(x, stddev, rng):
    e = rng.standard_normal(x.size).reshape(x.shape)
    noisy = x + stddev * e
    noisy[noisy < 0] = 0
    noisy[noisy > 1] = 1
    return noisy


def denoising_step(x, params, model, corrupt, rng, learning_rate):
    noisy = corrupt(x, rng)
    y, cache = model[0](noisy, params)
    n = x.size
    loss = float(((y - x) ** 2).sum() / n)
    dy = 2.0 * (y - x) / n
    grads = model[1](dy, cache)
    new_params = {}
    for name in params:
        new_params[name] = params[name] - learning_rate * grads[name]
    return loss, new_params
