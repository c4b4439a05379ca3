"""Exercise 16."""

import numpy as np


def conv2d_transpose_forward(x, kernel, bias, strides):
    """Return y, cache."""
    # shapes first
    n, c_in, h, w = x.shape
    c_out = kernel.shape[1]
    kh, kw = kernel.shape[2], kernel.shape[3]
    sh, sw = strides[0], strides[1]
    # the empty canvas
    y = np.zeros((n, c_out, (h - 1) * sh + kh, (w - 1) * sw + kw))
    # now stamp, stamp, stamp
    for img in range(n):
        for a in range(h):
            for b in range(w):
                # all channels of this pixel together make one stamp
                stamp = np.zeros((c_out, kh, kw))
                for c in range(c_in):
                    stamp += x[img, c, a, b] * kernel[c]
                y[img, :, a * sh : a * sh + kh, b * sw : b * sw + kw] = stamp
    # the bias, once for every pixel
    for o in range(c_out):
        y[:, o, :, :] += bias[o]
    return y, (x, kernel, sh, sw)


def conv2d_transpose_backward(dy, cache):
    """Return dx, dkernel, dbias."""
    x, kernel, sh, sw = cache
    n, c_in, h, w = x.shape
    kh, kw = kernel.shape[2], kernel.shape[3]
    dx = np.zeros(x.shape)
    dkernel = np.zeros(kernel.shape)
    for img in range(n):
        for a in range(h):
            for b in range(w):
                # what the stamp of this pixel gets back
                back = dy[img, :, a * sh : a * sh + kh, b * sw : b * sw + kw]
                for c in range(c_in):
                    dx[img, c, a, b] = np.sum(back * kernel[c])
                    dkernel[c] += x[img, c, a, b] * back
    # one gradient for the whole batch
    dkernel /= n
    dbias = dy.sum(axis=3).sum(axis=2).sum(axis=0)
    return dx, dkernel, dbias
