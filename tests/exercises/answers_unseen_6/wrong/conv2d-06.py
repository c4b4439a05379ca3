"""Exercise 12: the convolution."""

import numpy as np


def conv2d_forward(x, kernel, bias):
    oh = x.shape[2] - kernel.shape[2] + 1
    ow = x.shape[3] - kernel.shape[3] + 1
    y = sum(
        np.tensordot(x[:, :, i:i + oh, j:j + ow], kernel[:, :, i, j], axes=(1, 1))
        for i in range(kernel.shape[2])
        for j in range(kernel.shape[3])
    ) + bias                                        # n p q o
    return y.transpose(0, 3, 1, 2), (x, kernel)


def conv2d_backward(dy, cache):
    x, kernel = cache
    n = x.shape[0]
    oh, ow = dy.shape[2], dy.shape[3]
    dbias = np.sum(dy, axis=(0, 1, 2))
    dkernel = np.empty(kernel.shape)
    dx = np.zeros(x.shape)
    for i in range(kernel.shape[2]):
        for j in range(kernel.shape[3]):
            seen = x[:, :, i:i + oh, j:j + ow]
            dkernel[:, :, i, j] = np.tensordot(dy, seen, axes=([0, 2, 3], [0, 2, 3])) / n
            back = np.tensordot(dy, kernel[:, :, i, j], axes=(1, 0))        # n p q c
            dx[:, :, i:i + oh, j:j + ow] += back.transpose(0, 3, 1, 2)
    return dx, dkernel, dbias
