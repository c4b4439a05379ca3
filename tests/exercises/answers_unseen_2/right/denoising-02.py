import numpy as np


def mask(x, p, rng):
    out = x.copy()
    flat = out.reshape(-1)
    for i in range(flat.size):
        if rng.uniform() < p:
            flat[i] = 0
    return out


def gaussian(x, stddev, rng):
    noise = rng.normal(0.0, 1.0, size=np.shape(x))
    noisy = x + noise * stddev
    noisy[noisy < 0] = 0
    noisy[noisy > 1] = 1
    return noisy


def denoising_step(x, params, model, corrupt, rng, learning_rate):
    forward = model[0]
    backward = model[1]
    noisy = corrupt(x, rng)
    y, cache = forward(noisy, params)

    count = 1
    for side in x.shape:
        count *= side

    loss = float(np.sum((y - x) ** 2) / count)
    dy = (2 / count) * (y - x)
    grads = backward(dy, cache)
    new_params = {}
    for key in params:
        new_params[key] = params[key] - learning_rate * grads[key]
    return loss, new_params
