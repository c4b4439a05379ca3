import numpy as np


def softplus(a):
    return np.logaddexp(0, a)


def binary_crossentropy(z, t):
    # surprise: -log p for a white pixel, -log(1 - p) for a black one
    white = t > 0.5
    surprise = np.empty_like(z)
    surprise[white] = softplus(-z[white])
    surprise[~white] = softplus(z[~white])
    p = np.exp(-softplus(-z))
    return np.average(surprise), np.divide(p - t, z.size)
