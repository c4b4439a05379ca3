"""Matrix products only: the mean square of the slopes meets the squared kernel."""

import numpy as np


def contractive(h, kernel, weight):
    scale = weight / len(h)
    slopes = np.square(h * (1 - h))
    per_unit = np.ones(len(kernel), kernel.dtype) @ np.square(kernel)
    penalty = scale * float(slopes.sum(axis=0) @ per_unit)
    dh = scale * (2 * h - 6 * h**2 + 4 * h**3) * per_unit
    return penalty, dh, kernel * slopes.sum(axis=0) * 2 * scale
