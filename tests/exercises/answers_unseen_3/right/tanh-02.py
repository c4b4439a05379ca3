"""tanh by expm1, so that neither large nor tiny x lose anything."""
import numpy as np


def tanh_forward(x):
    m = np.expm1(-2 * np.abs(x))            # between -1 and 0
    y = np.copysign(m / (m + 2), x)
    tails = {"below": 1 + y, "above": 1 - y}
    return y, tails


def tanh_backward(dy, cache):
    dx = np.array(dy, copy=True)
    for side in ("below", "above"):
        dx = dx * cache[side]
    return dx
