"""Exercise 13: a convolution with "same" padding and strides."""

import numpy as np


def same_padding(size, k, s):
    """Formula (2)."""
    h_out = (size + s - 1) // s
    total = (h_out - 1) * s + k - size
    if total < 0:
        total = 0
    before = total // 2
    after = total - before
    return before, after


def conv2d_forward(x, kernel, bias, strides=(1, 1), padding="valid"):
    n, c_in, h, w = x.shape
    c_out, c_in, kh, kw = kernel.shape
    sh, sw = strides

    before_h, after_h, before_w, after_w = 0, 0, 0, 0
    if padding == "same":
        before_h, after_h = same_padding(h, kh, sh)
        before_w, after_w = same_padding(w, kh, sw)

    hp = h + before_h + after_h
    wp = w + before_w + after_w
    xp = np.zeros((n, c_in, hp, wp), dtype=x.dtype)
    xp[:, :, before_h : before_h + h, before_w : before_w + w] = x

    h_out = (hp - kh) // sh + 1
    w_out = (wp - kw) // sw + 1
    y = np.zeros((n, c_out, h_out, w_out), dtype=x.dtype)
    for o in range(c_out):
        for p in range(h_out):
            for q in range(w_out):
                window = xp[:, :, p * sh : p * sh + kh, q * sw : q * sw + kw]
                y[:, o, p, q] = (window * kernel[o]).sum(axis=(1, 2, 3)) + bias[o]
    return y, (xp, kernel, sh, sw, before_h, before_w, h, w)


def conv2d_backward(dy, cache):
    xp, kernel, sh, sw, before_h, before_w, h, w = cache
    n, c_out, h_out, w_out = dy.shape
    kh, kw = kernel.shape[2], kernel.shape[3]
    dxp = np.zeros_like(xp)
    dkernel = np.zeros_like(kernel)
    for o in range(c_out):
        for p in range(h_out):
            for q in range(w_out):
                d = dy[:, o, p, q].reshape(n, 1, 1, 1)
                dxp[:, :, p * sh : p * sh + kh, q * sw : q * sw + kw] += d * kernel[o]
                dkernel[o] += (d * xp[:, :, p * sh : p * sh + kh, q * sw : q * sw + kw]).sum(axis=0)
    dbias = dy.sum(axis=(0, 2, 3)) / n
    dx = dxp[:, :, before_h : before_h + h, before_w : before_w + w]
    return dx, dkernel, dbias
