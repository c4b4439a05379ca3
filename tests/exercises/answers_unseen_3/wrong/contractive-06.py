"""Exercise 22: the contractive penalty, which makes a code deaf to small changes of the image."""

import numpy as np


def contractive(h, kernel, weight):
    s = h
    s *= 1 - h
    k2 = np.einsum("ku,ku->u", kernel, kernel)
    s2 = s * s
    penalty = weight * np.dot(s2.mean(axis=0), k2)
    dh = 2 * weight * s * (1 - 2 * h) * k2 / len(h)
    dkernel = 2 * weight * kernel * s2.sum(axis=0)
    return penalty, dh, dkernel
