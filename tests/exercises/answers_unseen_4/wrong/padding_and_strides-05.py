"""Exercise 13: a convolution with "same" padding and strides."""

import numpy as np


class Axis:
    """One axis of the image: its padding, and the slices that kernel index i reads."""

    def __init__(self, size, k, s, padding):
        self.size, self.k, self.s = size, k, s
        self.before, self.after = same_padding(size, k, s) if padding == "same" else (0, 0)
        self.padded = self.before + size + self.after
        self.out = (self.padded - k) // s + 1

    def read(self, i):
        return slice(i, i + (self.out - 1) * self.s + 1, self.s)

    @property
    def inner(self):
        return slice(self.before, self.before + self.size)


def same_padding(size, k, s):
    last_start = (size - 1) // s * s
    total = max(last_start + k - size, 0)
    return total // 2, total - total // 2


def conv2d_forward(x, kernel, bias, strides=(1, 1), padding="valid"):
    down = Axis(x.shape[2], kernel.shape[2], strides[0], padding)
    across = Axis(x.shape[3], kernel.shape[3], strides[1], padding)
    xp = np.zeros(x.shape[:2] + (down.padded, across.padded), x.dtype)
    xp[:, :, down.inner, across.inner] = x
    y = np.empty((x.shape[0], kernel.shape[0], down.out, across.out), x.dtype)
    y[:] = bias[:, None, None]
    for i in range(down.k):
        for j in range(across.k):
            y += np.tensordot(kernel[:, :, i, j], xp[:, :, down.read(i), across.read(j)], (1, 1)).swapaxes(0, 1)
    return y, (xp, kernel, down, across)


def conv2d_backward(dy, cache):
    xp, kernel, down, across = cache
    batch = len(dy)
    dxp = np.zeros_like(xp)
    dkernel = np.empty_like(kernel)
    for i in range(down.k):
        for j in range(across.k):
            here = (slice(None), slice(None), down.read(i), across.read(j))
            dxp[here] += np.tensordot(kernel[:, :, i, j], dy, (0, 1)).swapaxes(0, 1)
            dkernel[:, :, i, j] = np.tensordot(dy, xp[here], ((0, 2, 3), (0, 2, 3)))
    # every image of the batch has a say in the kernel
    dkernel /= batch
    return dxp[:, :, down.inner, across.inner], dkernel, dy.sum((0, 2, 3))
