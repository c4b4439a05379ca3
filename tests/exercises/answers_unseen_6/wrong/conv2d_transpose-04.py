"""Transposed convolution; strides of 2 double the image."""

import numpy as np


def conv2d_transpose_forward(x, kernel, bias, strides):
    """Return y, cache."""
    batch, channels, height, width = x.shape
    filters, kh, kw = kernel.shape[1:]
    sh, sw = strides
    out_height = height * sh
    out_width = width * sw
    y = np.zeros((batch, filters, out_height, out_width))
    for o in range(filters):
        for a in range(height):
            for b in range(width):
                for i in range(kh):
                    for j in range(kw):
                        row = a * sh + i
                        col = b * sw + j
                        if row < out_height and col < out_width:
                            y[:, o, row, col] += x[:, :, a, b] @ kernel[:, o, i, j]
        y[:, o] += bias[o]
    return y, (x, kernel, strides)


def conv2d_transpose_backward(dy, cache):
    """Return dx, dkernel, dbias."""
    x, kernel, strides = cache
    sh, sw = strides
    kh, kw = kernel.shape[2:]
    dx = np.zeros(x.shape)
    dkernel = np.zeros(kernel.shape)
    for a in range(x.shape[2]):
        for b in range(x.shape[3]):
            for i in range(kh):
                for j in range(kw):
                    row = a * sh + i
                    col = b * sw + j
                    if row < dy.shape[2] and col < dy.shape[3]:
                        dx[:, :, a, b] += dy[:, :, row, col] @ kernel[:, :, i, j].T
                        dkernel[:, :, i, j] += x[:, :, a, b].T @ dy[:, :, row, col]
    return dx, dkernel, dy.sum(axis=(0, 2, 3))
