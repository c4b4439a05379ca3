import numpy as np


def dropout(x, rate, rng):
    """inverted dropout, from the lecture"""
    survivors = rng.random(x.shape) >= rate
    if rate >= 1:
        return np.zeros_like(x)
    return survivors * x / (1.0 - rate)


def mask(x, p, rng):
    """Return x after masking noise, formula (1)."""
    return dropout(x, p, rng)


def gaussian(x, stddev, rng):
    """Return x after Gaussian noise, formula (2)."""
    return (x + rng.normal(0, stddev, x.shape)).clip(0, 1)


class Trainer:
    def __init__(self, model, corrupt, rng, lr):
        self.forward, self.backward = model
        self.corrupt, self.rng, self.lr = corrupt, rng, lr

    def step(self, clean, params):
        y, cache = self.forward(self.corrupt(clean, self.rng), params)
        diff = y - clean
        loss = np.vdot(diff, diff) / diff.size
        grads = self.backward(diff * (2.0 / diff.size), cache)
        return loss, {k: params[k] - self.lr * grads[k] for k in params}


def denoising_step(x, params, model, corrupt, rng, learning_rate):
    return Trainer(model, corrupt, rng, learning_rate).step(x, params)
