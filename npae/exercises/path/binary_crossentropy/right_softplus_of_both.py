"""t · softplus(-z) + (1 - t) · softplus(z)."""

import numpy as np


def softplus(z):
    return np.maximum(z, 0) + np.log1p(np.exp(-abs(z)))


def binary_crossentropy(z, t):
    loss = (t * softplus(-z) + (1 - t) * softplus(z)).sum() / z.size
    dz = (0.5 * np.tanh(z / 2) + 0.5 - t) / z.size
    return float(loss), dz
