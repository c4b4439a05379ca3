"""Works on a flat view of a copy, and calls f on the same memory in its own shape."""

import numpy as np


def numerical_gradient(f, x, step=1e-5):
    moved = np.array(x, dtype=float, order="C")
    flat = moved.reshape(-1)
    gradient = []
    for i, start in enumerate(flat.copy()):
        difference = 0.0
        for side in (+1, -1):
            flat[i] = start + side * step
            difference += side * f(moved)
        flat[i] = start
        gradient.append(0.5 * difference / step)
    return np.asarray(gradient).reshape(np.shape(x))
