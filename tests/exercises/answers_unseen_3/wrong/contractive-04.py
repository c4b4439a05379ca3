"""Exercise 22: the contractive penalty, which makes a code deaf to small changes of the image."""

import numpy as np


def contractive(h, kernel, weight):
    n, units = h.shape
    # the sigmoid's first and second derivative
    first = h * (1 - h)
    second = first * (1 - 2 * h)
    k2 = np.array([kernel[:, u] @ kernel[:, u] for u in range(units)])
    penalty = np.sum(first * first * k2) * weight / n
    dh = 2 * weight / n * first * second * k2
    dkernel = 2 * weight / n * (kernel * np.einsum("iu,iu->u", first, first))
    return penalty, dh.astype(h.dtype), dkernel
