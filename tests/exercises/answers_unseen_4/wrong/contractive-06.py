"""Exercise 22: the contractive penalty, which makes a code deaf to small changes of the image."""

import numpy as np


def contractive(h, kernel, weight):
    s = np.multiply(h, np.subtract(1, h))
    w = weight / h.size
    k2 = np.square(kernel).sum(0)
    penalty = w * np.tensordot(np.square(s), k2, 1).sum()
    dh = 2 * w * s * k2 * (1 - h - h)
    dkernel = 2 * w * np.square(s).sum() * kernel
    return penalty, dh, dkernel
