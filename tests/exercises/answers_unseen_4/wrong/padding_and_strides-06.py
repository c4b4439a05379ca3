"""Exercise 13: a convolution with "same" padding and strides."""

import numpy as np


def same_padding(size, k, s):
    out = size // s + (size % s > 0)
    total = max((out - 1) * s + k - size, 0)
    return total // 2, total - total // 2


def conv2d_forward(x, kernel, bias, strides=(1, 1), padding="valid"):
    sh, sw = strides
    n_images, c_in, h, w = x.shape
    c_out, _, kh, kw = kernel.shape
    up = down = left = right = 0
    if padding == "same":
        up, down = same_padding(h, kh, sh)
        left, right = same_padding(w, kw, sh)
    xp = np.zeros((n_images, c_in, up + h + down, left + w + right), x.dtype)
    xp[:, :, up : up + h, left : left + w] = x
    h_out = (xp.shape[2] - kh) // sh + 1
    w_out = (xp.shape[3] - kw) // sw + 1
    y = np.zeros((n_images, c_out, h_out, w_out), x.dtype)
    for o in range(c_out):
        for c in range(c_in):
            for p in range(h_out):
                for q in range(w_out):
                    window = xp[:, c, p * sh : p * sh + kh, q * sw : q * sw + kw]
                    y[:, o, p, q] += (window * kernel[o, c]).sum(axis=(1, 2)) + bias[o]
    return y, (xp, kernel, sh, sw, up, left, h, w)


def conv2d_backward(dy, cache):
    xp, kernel, sh, sw, up, left, h, w = cache
    c_out, c_in, kh, kw = kernel.shape
    dxp, dkernel = np.zeros_like(xp), np.zeros_like(kernel)
    for o in range(c_out):
        for p in range(dy.shape[2]):
            for q in range(dy.shape[3]):
                d = dy[:, o, p, q][:, None, None, None]
                dxp[:, :, p * sh : p * sh + kh, q * sw : q * sw + kw] += d * kernel[o]
                dkernel[o] += (d * xp[:, :, p * sh : p * sh + kh, q * sw : q * sw + kw]).sum(axis=0)
    dbias = np.array([dy[:, o].sum() for o in range(c_out)], dtype=dy.dtype)
    return dxp[:, :, up : up + h, left : left + w], dkernel, dbias
