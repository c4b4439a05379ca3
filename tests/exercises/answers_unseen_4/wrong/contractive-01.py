"""Exercise 22: the contractive penalty, which makes a code deaf to small changes of the image."""

import numpy as np


def contractive(h, kernel, weight):
    """Return penalty, dh, dkernel."""
    n = h.shape[0]
    s = h * (1 - h)
    jacobians = s[:, :, None] * kernel.T[None]  # (n, units, inputs)
    norms = np.sqrt((jacobians**2).sum(axis=(1, 2)))  # Frobenius, one for each image
    penalty = weight * norms.mean()
    k2 = (kernel * kernel).sum(axis=0)
    dh = 2 * weight / n * s * (1 - 2 * h) * k2
    dkernel = 2 * weight / n * kernel * (s * s).sum(axis=0)
    return penalty, dh, dkernel
