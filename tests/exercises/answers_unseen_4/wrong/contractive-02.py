"""Exercise 22: the contractive penalty, which makes a code deaf to small changes of the image."""

import numpy as np


def contractive(h, kernel, weight):
    """Return penalty, dh, dkernel: by formulas (2), (3) and (4)."""
    n = h.shape[0]
    s = h * (1 - h)
    k2 = np.einsum("ku,ku->u", kernel, kernel)
    # averaged over the images: one number for each unit
    s2 = s.mean(axis=0) ** 2
    penalty = weight * (s2 @ k2)
    dh = (2 * weight / n) * s * (1 - 2 * h) * k2
    dkernel = 2 * weight * kernel * s2
    return penalty, dh, dkernel
