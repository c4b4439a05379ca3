"""Exercise 7: binary cross-entropy with logits."""

import numpy as np


def stable_sigmoid(z):
    return 0.5 + 0.5 * np.tanh(0.5 * z)


def binary_crossentropy(z, t):
    size = np.abs(z)
    loss = np.mean(size - z * t + np.log1p(np.exp(-size)))
    dz = stable_sigmoid(z) - t
    return loss, dz
