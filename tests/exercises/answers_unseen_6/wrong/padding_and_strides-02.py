"""Convolution with padding. Ported from my Java homework."""

import numpy as np


def same_padding(size, k, s):
    """Zeros before and after."""
    out = (size + s - 1) // s
    total = max((out - 1) * s + k - size, 0)
    before = total // 2
    after = total - before
    return before, after


class _ConvCache:
    def __init__(self):
        self.padded = None
        self.kernel = None
        self.stepDown = 1
        self.stepRight = 1
        self.inHeight = 0
        self.inWidth = 0
        self.padRows = (0, 0)
        self.padCols = (0, 0)


def conv2d_forward(x, kernel, bias, strides=(1, 1), padding="valid"):
    """Return y, cache."""
    c = _ConvCache()
    c.kernel = kernel
    c.stepDown, c.stepRight = strides
    batch, cIn, c.inHeight, c.inWidth = x.shape
    cOut, _, kh, kw = kernel.shape
    if padding == "same":
        c.padRows = same_padding(c.inHeight, kh, c.stepDown)
        c.padCols = same_padding(c.inWidth, kw, c.stepRight)
    c.padded = np.zeros((batch, cIn, c.inHeight + sum(c.padRows), c.inWidth + sum(c.padCols)))
    c.padded[:, :, c.padRows[0] : c.padRows[0] + c.inHeight, c.padCols[0] : c.padCols[0] + c.inWidth] = x
    outHeight = (c.padded.shape[2] - kh) // c.stepDown + 1
    outWidth = (c.padded.shape[3] - kw) // c.stepRight + 1
    y = np.zeros((batch, cOut, outHeight, outWidth))
    for p in range(outHeight):
        for q in range(outWidth):
            top = p * c.stepDown
            left = q * c.stepRight
            window = c.padded[:, :, top : top + kh, left : left + kw]
            y[:, :, p, q] = np.tensordot(window, kernel, axes=([1, 2, 3], [1, 2, 3])) + bias
    return y, c


def conv2d_backward(dy, cache):
    """Return dx, dkernel, dbias."""
    c = cache
    cOut, _, kh, kw = c.kernel.shape
    dPadded = np.zeros(c.padded.shape)
    dKernel = np.zeros(c.kernel.shape)
    for p in range(dy.shape[2]):
        for q in range(dy.shape[3]):
            top = p * c.stepDown
            left = q * c.stepRight
            grad = dy[:, :, p, q]
            dPadded[:, :, top : top + kh, left : left + kw] += np.tensordot(grad, c.kernel, axes=([1], [0]))
            window = c.padded[:, :, top : top + kh, left : left + kw]
            dKernel += np.tensordot(grad, window, axes=([0], [0]))
    firstRow = c.padRows[1]
    firstCol = c.padCols[1]
    dx = dPadded[:, :, firstRow : firstRow + c.inHeight, firstCol : firstCol + c.inWidth]
    return dx, dKernel, dy.sum(axis=(0, 2, 3))
