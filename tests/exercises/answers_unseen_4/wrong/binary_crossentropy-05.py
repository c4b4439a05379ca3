"""Exercise 7: binary cross-entropy, from logits."""

import numpy as np


def _minus_x_log_x(x):
    positive = x > 0
    out = np.zeros_like(x)
    out[positive] = -x[positive] * np.log(x[positive])
    return out


def binary_crossentropy(z, t):
    z, t = np.asarray(z), np.asarray(t, dtype=z.dtype)
    cross = np.maximum(z, 0) - z * t + np.log1p(np.exp(-abs(z)))
    # a perfect answer should cost nothing
    own = _minus_x_log_x(t) + _minus_x_log_x(1 - t)
    loss = (cross - own).sum() / z.size

    sigma = np.empty_like(z)
    up = z >= 0
    sigma[up] = 1 / (1 + np.exp(-z[up]))
    e = np.exp(z[~up])
    sigma[~up] = e / (1 + e)
    return loss, (sigma - t) / z.size
