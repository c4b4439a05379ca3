"""Exercise 2: ReLU, forward and backward."""

import numpy as np


def relu_forward(x):
    """Return y, cache: y by formula (1), and whatever relu_backward needs."""
    y = []
    keep = []
    for i in range(len(x)):
        # "use a.any() or a.all()", says the error message
        if np.any(x[i] > 0):
            y.append(x[i])
            keep.append(True)
        else:
            y.append(0 * x[i])
            keep.append(False)
    return np.array(y), keep


def relu_backward(dy, cache):
    """Return dx, by formula (2). The cache is the one that relu_forward returned."""
    dx = []
    for i in range(len(dy)):
        if cache[i]:
            dx.append(dy[i])
        else:
            dx.append(0 * dy[i])
    return np.array(dx)
