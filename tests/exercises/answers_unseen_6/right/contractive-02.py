"""Exercise 22, units one by one: a column of h and a column of the kernel is all that each unit knows."""

import numpy as np


def contractive(h, kernel, weight):
    """Return penalty, dh, dkernel."""
    each = weight / len(h)
    total, dh, dkernel = 0.0, [], []
    for unit, weights in zip(np.transpose(h), np.transpose(kernel)):
        s = 0.25 - (unit - 0.5) ** 2
        length, energy = weights @ weights, s @ s
        total += float(length * energy)
        dh.append(4 * each * length * s * (0.5 - unit))
        dkernel.append(2 * each * energy * weights)
    return each * total, np.column_stack(dh), np.column_stack(dkernel)
