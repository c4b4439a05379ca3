import numpy as np


def contractive(h, kernel, weight):
    n = len(h)
    s = h * (1 - h)
    k2 = (kernel ** 2).sum(axis=0)
    penalty = weight * np.mean(s ** 2 * k2)
    dh = 2 * weight / n * s * (1 - 2 * h) * k2
    dkernel = 2 * weight / n * kernel * s.sum(axis=0)
    return penalty, dh, dkernel
