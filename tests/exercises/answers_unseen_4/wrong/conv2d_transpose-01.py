"""Exercise 16: the transposed convolution, in which a convolution's gradient becomes a forward pass."""

import numpy as np


def conv2d_transpose_forward(x, kernel, bias, strides):
    """Return y, cache: y by formulas (2) and (3)."""
    n, c_in, h, w = x.shape
    c_in, c_out, kh, kw = kernel.shape
    sh, sw = strides
    y = np.zeros((n, c_out, (h - 1) * sh + kh, (w - 1) * sw + kw), x.dtype)
    for image in range(n):
        for a in range(h):
            for b in range(w):
                stamp = np.zeros((c_out, kh, kw), x.dtype)
                for c in range(c_in):
                    stamp += x[image, c, a, b] * kernel[c]
                stamp += bias[:, None, None]
                y[image, :, a * sh : a * sh + kh, b * sw : b * sw + kw] += stamp
    return y, (x, kernel, strides)


def conv2d_transpose_backward(dy, cache):
    """Return dx, dkernel, dbias, in this order, by formulas (4), (5) and (6)."""
    x, kernel, (sh, sw) = cache
    n, c_in, h, w = x.shape
    kh, kw = kernel.shape[2:]
    dx = np.zeros_like(x)
    dkernel = np.zeros_like(kernel)
    for image in range(n):
        for a in range(h):
            for b in range(w):
                part = dy[image, :, a * sh : a * sh + kh, b * sw : b * sw + kw]
                for c in range(c_in):
                    dx[image, c, a, b] = (part * kernel[c]).sum()
                    dkernel[c] += x[image, c, a, b] * part
    return dx, dkernel, dy.sum(axis=0).sum(axis=(1, 2))
