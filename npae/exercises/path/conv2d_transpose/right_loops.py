"""Stamp after stamp, in plain loops over the pixels of x."""

import numpy as np


def conv2d_transpose_forward(x, kernel, bias, strides):
    n, c_in, h, w = x.shape
    _, c_out, kh, kw = kernel.shape
    sh, sw = strides
    y = np.empty((n, c_out, (h - 1) * sh + kh, (w - 1) * sw + kw), x.dtype)
    y[...] = bias[:, np.newaxis, np.newaxis]
    for image in range(n):
        for a in range(h):
            for b in range(w):
                stamp = np.tensordot(x[image, :, a, b], kernel, axes=1)
                y[image, :, a * sh : a * sh + kh, b * sw : b * sw + kw] += stamp
    return y, {"x": x, "kernel": kernel, "sh": sh, "sw": sw}


def conv2d_transpose_backward(dy, cache):
    x, kernel, sh, sw = cache["x"], cache["kernel"], cache["sh"], cache["sw"]
    kh, kw = kernel.shape[2:]
    dx = np.empty(x.shape, x.dtype)
    dkernel = np.zeros(kernel.shape, kernel.dtype)
    for image, a, b in np.ndindex(x.shape[0], x.shape[2], x.shape[3]):
        seen = dy[image, :, a * sh : a * sh + kh, b * sw : b * sw + kw]
        dx[image, :, a, b] = np.tensordot(kernel, seen, axes=3)
        dkernel += np.multiply.outer(x[image, :, a, b], seen)
    return dx, dkernel, dy.sum(axis=3).sum(axis=2).sum(axis=0)
