"""Exercise 22: the contractive penalty, which makes a code deaf to small changes of the image."""

import numpy as np


def contractive(h, kernel, weight):
    factor = weight / len(h)
    s = h * (1 - h)
    k2 = (kernel**2).sum(axis=0)
    penalty = factor * (s**2 * k2).sum()
    dh = factor * 2 * s * (1 - 2 * h) * k2
    dkernel = factor * 2 * kernel * (s**2).sum(axis=0)
    return penalty, dh, dkernel
