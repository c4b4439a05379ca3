import numpy as np


def _sigmoid(z):
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, e) / (1 + e)


def binary_crossentropy(z, t):
    p = _sigmoid(z)
    q = np.clip(p, 1e-7, 1 - 1e-7)      # keep the logarithms finite
    loss = -(t * np.log(q) + (1 - t) * np.log(1 - q)).mean()
    return loss, (p - t) / z.size
