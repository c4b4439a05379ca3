"""Exercise 19: corruption, and one training step of a denoising autoencoder."""

import numpy as np


def mask(x, p, rng):
    flat = x.flatten()  # a copy
    flat[rng.random(flat.size) < p] = 0.0
    return flat.reshape(x.shape)


def gaussian(x, stddev, rng):
    out = np.empty_like(x)
    np.clip(x + stddev * rng.standard_normal(size=x.shape), 0, 1, out=out)
    return out


class _Step:
    def __init__(self, forward, backward, learning_rate):
        self.forward, self.backward, self.learning_rate = forward, backward, learning_rate

    def __call__(self, clean, noisy, params):
        y, cache = self.forward(noisy, params)
        residual = y - clean
        loss = (residual**2).mean().item()
        grads = self.backward(2 * residual / len(clean), cache)
        return loss, {k: params[k] - self.learning_rate * grads[k] for k in params}


def denoising_step(x, params, model, corrupt, rng, learning_rate):
    return _Step(*model, learning_rate)(x, corrupt(x, rng), params)
