import numpy as np


def softplus(a):
    return np.maximum(a, 0) + np.log1p(np.exp(-np.abs(a)))


def binary_crossentropy(z, t):
    # t = 1: -log p = softplus(-z).   t = 0: -log(1 - p) = softplus(z)
    surprise = np.where(t == 1, softplus(-z), softplus(z))
    p = np.exp(-softplus(-z))
    return float(surprise.mean()), (p - t) / p.size
