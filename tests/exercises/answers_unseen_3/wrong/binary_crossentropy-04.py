import numpy as np


def binary_crossentropy(z, t):
    label = t > 0.5
    sign = np.where(label, -1, 1).astype(z.dtype)     # t = 1 asks for a large z
    u = sign * z
    tail = np.exp(-np.abs(u))
    terms = np.maximum(u, 0) + np.log1p(tail)
    chance_of_error = np.where(u > 0, 1, tail) / (1 + tail)
    return terms.mean(), sign * chance_of_error / z.size
