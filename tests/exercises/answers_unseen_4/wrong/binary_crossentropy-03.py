"""Exercise 7: binary cross-entropy, from logits."""

import numpy as np

EPS = 1e-7          # the value that Keras uses


def binary_crossentropy(z, t):
    half = np.tanh(z / 2)
    p = (1 + half) / 2
    clipped = np.clip(p, EPS, 1 - EPS)
    loss = -np.mean(t * np.log(clipped) + (1 - t) * np.log(1 - clipped))
    dz = (p - t) / p.size
    return loss, dz
