import numpy as np


def sigm(v):
    "as in exercise 3"
    return np.exp(np.minimum(v, 0)) / (1 + np.exp(-np.abs(v)))


def binary_crossentropy(z, t):
    parts = [
        np.maximum(z, 0),
        -z * t,
        np.log1p(np.exp(-z)),
    ]
    loss = sum(part.sum() for part in parts) / z.size
    return loss, sigm(z) - t
