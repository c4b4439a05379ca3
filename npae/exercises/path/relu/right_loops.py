"""One entry after the other, and a closure as the cache."""

import numpy as np


def relu_forward(x):
    y = np.zeros_like(x)
    for k in np.ndindex(x.shape):
        if x[k] >= 0:
            y[k] = x[k]

    def back(dy):
        dx = np.zeros_like(dy)
        for k in np.ndindex(x.shape):
            if x[k] >= 0:
                dx[k] = dy[k]
        return dx

    return y, back


def relu_backward(dy, cache):
    return cache(dy)
