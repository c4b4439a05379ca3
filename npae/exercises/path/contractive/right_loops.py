"""Image by image and unit by unit."""

import numpy as np


def contractive(h, kernel, weight):
    penalty, dh, dkernel = 0.0, np.zeros_like(h), np.zeros_like(kernel)
    for image in range(len(h)):
        for unit in range(h.shape[1]):
            value = h[image, unit]
            slope = value * (1 - value)
            norm = float(kernel[:, unit] @ kernel[:, unit])
            penalty += slope**2 * norm
            dh[image, unit] = 2 * slope * (1 - 2 * value) * norm
            dkernel[:, unit] += 2 * slope**2 * kernel[:, unit]
    return weight * penalty / len(h), weight * dh / len(h), weight * dkernel / len(h)
