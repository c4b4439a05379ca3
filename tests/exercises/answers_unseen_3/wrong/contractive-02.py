"""Exercise 22: the contractive penalty, which makes a code deaf to small changes of the image."""

import numpy as np


def contractive(h, kernel, weight):
    images, units = h.shape
    penalty = 0.0
    dh = np.zeros_like(h)
    dkernel = np.zeros_like(kernel)
    for i in range(images):
        s = h[i] * (1.0 - h[i])
        jacobian = s[:, None] * kernel.T
        penalty += np.linalg.norm(jacobian)
        dh[i] = 2 * s * (1 - 2 * h[i]) * np.einsum("ku,ku->u", kernel, kernel)
        dkernel += 2 * kernel * s**2
    share = weight / images
    return share * penalty, share * dh, share * dkernel
