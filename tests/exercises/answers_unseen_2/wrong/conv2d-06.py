"""Exercise 12, written like the layers of my own little framework."""

import numpy as np


class Conv2D:
    def __init__(self, kernel, bias):
        self.kernel, self.bias = kernel, bias
        self.kh, self.kw = kernel.shape[2:]

    def patches(self, x):
        for p in range(x.shape[2] - self.kh + 1):
            for q in range(x.shape[3] - self.kw + 1):
                yield p, q, x[:, :, p:p + self.kh, q:q + self.kw]

    def forward(self, x):
        self.x = x
        n, _, h, w = x.shape
        y = np.empty((n, len(self.kernel), h - self.kh + 1, w - self.kw + 1), dtype=x.dtype)
        for p, q, patch in self.patches(x):
            y[:, :, p, q] = np.tensordot(patch, self.kernel, axes=([1, 2, 3], [1, 2, 3])) + self.bias
        return y

    def backward(self, dy):
        dx = np.zeros_like(self.x)
        dkernel = np.zeros_like(self.kernel)
        for (p, q, patch), (_, _, dpatch) in zip(self.patches(self.x), self.patches(dx)):
            dkernel += np.tensordot(dy[:, :, p, q], patch, axes=([0], [0]))
            dpatch += np.tensordot(dy[:, :, p, q], self.kernel, axes=([1], [0]))
        dbias = dy.sum(axis=(0, 2, 3), keepdims=True)
        return dx, dbias, dkernel


def conv2d_forward(x, kernel, bias):
    """Return y, cache: y by formula (1), and whatever conv2d_backward needs."""
    layer = Conv2D(kernel, bias)
    return layer.forward(x), layer


def conv2d_backward(dy, cache):
    """Return the gradients."""
    return cache.backward(dy)
