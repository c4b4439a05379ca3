"""Copies first, changes after; random integers and rng.normal; params come back in a copied dict."""


def mask(x, p, rng):
    noisy = x.copy()
    noisy[rng.random(size=x.shape) < p] = 0
    return noisy


def gaussian(x, stddev, rng):
    noisy = x + rng.normal(0.0, stddev, size=x.shape)
    noisy[noisy < 0] = 0
    noisy[noisy > 1] = 1
    return noisy


def denoising_step(x, params, model, corrupt, rng, learning_rate):
    y, cache = model[0](corrupt(x, rng), params)
    error = y - x
    loss = float((error * error).sum() / error.size)
    grads = model[1](error * (2.0 / error.size), cache)
    new_params = {key: value.copy() for key, value in params.items()}
    for key, grad in grads.items():
        new_params[key] -= learning_rate * grad
    return loss, new_params
