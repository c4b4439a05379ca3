"""Exercise 19: corruption, and one training step of a denoising autoencoder.

An autoencoder that sees a damaged image and is asked for the undamaged one cannot just copy: it has to
learn what images look like. All it takes is one line more than in ordinary training, and care which
image goes where.

Two ways to damage images x, of any shape, entry by entry:

    masking noise      x' = 0 with probability p, otherwise x                                      (1)
    Gaussian noise     x' = clip(x + stddev · e, 0, 1), with e drawn from N(0, 1)                  (2)

Every entry has a draw of its own. All random numbers come from rng, a np.random.Generator, so that two
calls give two different draws; and x stays as it is.                                              (3)

One step of training. The model sees the noisy images, the loss asks for the clean ones:

    noisy = corrupt(x, rng)          y, cache = forward(noisy, params)                             (4)
    loss  = mean over all entries of (y - x)²                                                      (5)
    dy    = 2 · (y - x) / (number of entries of x)                                                 (6)
    grads = backward(dy, cache)      new_params[key] = params[key] - learning_rate · grads[key]    (7)

Shapes: noisy, y and dy like x; grads and new_params are dicts with the keys of params, and arrays of
the same shapes.

Worked example of a step: a model y = a · x with a = 2, learning_rate 0.1, and a corrupt that happens to
set the first entry to 0:

    x = [0.5, 1]     noisy = [0, 1]     y = [0, 2]     loss = ((-0.5)² + 1²) / 2 = 0.625
    dy = 2 · [-0.5, 1] / 2 = [-0.5, 1]     gradient of a = -0.5·0 + 1·1 = 1     new a = 2 - 0.1·1 = 1.9
"""

import numpy as np


def mask(x, p, rng):
    """Return x after masking noise, formula (1)."""
    dropped = rng.binomial(1, p, size=x.shape)
    return x * (1 - dropped)


def gaussian(x, stddev, rng):
    """Return x after Gaussian noise, formula (2)."""
    generator = np.random.default_rng(42)
    e = generator.normal(0.0, 1.0, size=x.shape)
    return np.clip(x + stddev * e, 0, 1)


def denoising_step(x, params, model, corrupt, rng, learning_rate):
    """Train one step by formulas (4) to (7); return loss, new_params."""
    forward, backward = model
    noisy = corrupt(x, rng)
    y, cache = forward(noisy, params)
    dy = 2 * (y - x) / x.size
    grads = backward(dy, cache)
    new_params = {key: params[key] - learning_rate * grads[key] for key in params.keys()}
    y, _ = forward(noisy, new_params)
    loss = np.mean((y - x) ** 2)
    return loss, new_params
