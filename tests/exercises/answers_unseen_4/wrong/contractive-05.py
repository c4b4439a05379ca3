"""Exercise 22: the contractive penalty, which makes a code deaf to small changes of the image."""

import numpy as np


def contractive(h, kernel, weight):
    """Return penalty, dh, dkernel: first by s, then on by the chain rule."""
    n, units = h.shape
    s = h * (1 - h)
    k2 = np.array([kernel[:, u] @ kernel[:, u] for u in range(units)], dtype=kernel.dtype)
    penalty = weight * sum(row**2 @ k2 for row in s) / n
    ds = 2 * weight / n * s * k2
    # s = h (1 - h), and h is a sigmoid
    dh = ds * (1 - 2 * h) * s
    dkernel = 2 * weight / n * np.einsum("iu,ku->ku", s**2, kernel)
    return penalty, dh, dkernel
