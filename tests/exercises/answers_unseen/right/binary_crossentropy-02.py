import numpy as np


def stable_sigmoid(a):
    s = np.empty(a.shape, dtype=a.dtype)
    up = a > 0
    s[up] = 1 / (1 + np.exp(-a[up]))
    s[~up] = 1 - 1 / (1 + np.exp(a[~up]))
    return s


def binary_crossentropy(z, t):
    # log(1 + exp(z)) - z t, with logaddexp(0, z) = log(exp(0) + exp(z)), which does not overflow
    terms = np.logaddexp(0, z) - z * t
    K = z.size
    return terms.sum() / K, (stable_sigmoid(z) - t) / K
