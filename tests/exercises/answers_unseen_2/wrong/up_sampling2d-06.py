"""Exercise 15 as a layer."""

import numpy as np


class UpSampling:
    def __init__(self, size):
        self.fx, self.fy = size         # factors along x and y, as in my image library
        self.shape = None

    def forward(self, x):
        self.shape = x.shape
        rows = []
        for a in range(x.shape[2]):
            row = np.concatenate([x[:, :, a, b:b + 1] for b in range(x.shape[3]) for _ in range(self.fx)], axis=2)
            rows += [row] * self.fy
        return np.stack(rows, axis=2)

    def backward(self, dy):
        dx = np.zeros(self.shape, dtype=dy.dtype)
        for p in range(dy.shape[2]):
            for q in range(dy.shape[3]):
                dx[:, :, p // self.fy, q % self.shape[3]] += dy[:, :, p, q]
        return dx


def up_sampling2d_forward(x, size):
    """Return y, cache: y by formula (1), and whatever up_sampling2d_backward needs."""
    layer = UpSampling(size)
    return layer.forward(x), layer


def up_sampling2d_backward(dy, cache):
    """Return dx by formula (2)."""
    return cache.backward(dy)
