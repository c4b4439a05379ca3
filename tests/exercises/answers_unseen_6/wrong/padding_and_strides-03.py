"""conv with strides, done with loops, nothing clever"""

import numpy as np


def same_padding(size, k, s):
    """before and after"""
    h_out = int(np.ceil(size / s))
    total = (h_out - 1) * s + k - size
    if total < 0:
        total = 0
    before = int(np.floor(total / 2))
    after = total - before
    return before, after


def conv2d_forward(x, kernel, bias, strides=(1, 1), padding="valid"):
    """y and cache"""
    n, c_in, h, w = x.shape
    c_out, c_in, kh, kw = kernel.shape
    sh, sw = strides
    if padding == "same":
        top, bottom = same_padding(h, kh, sh)
        left, right = same_padding(w, kw, sw)
        h_out = int(np.ceil(h / sh))
        w_out = int(np.ceil(w / sw))
    else:
        top = bottom = left = right = 0
        h_out = (h - kh) // sh + 1
        w_out = (w - kw) // sw + 1
    xp = np.zeros((n, c_in, h + top + bottom, w + left + right))
    xp[:, :, top : top + h, left : left + w] = x
    y = np.zeros((n, c_out, h_out, w_out))
    for b in range(n):
        for o in range(c_out):
            for p in range(h_out):
                for q in range(w_out):
                    s = bias[o]
                    for c in range(c_in):
                        for i in range(kh):
                            for j in range(kw):
                                s = s + xp[b, c, p * sh + i, q * sw + j] * kernel[o, c, i, j]
                    y[b, o, p, q] = s
    cache = (x, xp, kernel, sh, sw, top, left)
    return y, cache


def conv2d_backward(dy, cache):
    """dx, dkernel, dbias"""
    x, xp, kernel, sh, sw, top, left = cache
    n, c_out, h_out, w_out = dy.shape
    c_in, kh, kw = kernel.shape[1:]
    h, w = x.shape[2:]
    # first the kernel
    dkernel = np.zeros(kernel.shape)
    for i in range(kh):
        for j in range(kw):
            rows = np.arange(h_out) * sh + i
            cols = np.arange(w_out) * sh + j
            cols = np.minimum(cols, xp.shape[3] - 1)  # stay inside
            piece = xp[:, :, rows, :][:, :, :, cols]
            for o in range(c_out):
                for c in range(c_in):
                    dkernel[o, c, i, j] = np.sum(dy[:, o] * piece[:, c])
    # then x
    dxp = np.zeros(xp.shape)
    for b in range(n):
        for o in range(c_out):
            for p in range(h_out):
                for q in range(w_out):
                    dxp[b, :, p * sh : p * sh + kh, q * sw : q * sw + kw] += dy[b, o, p, q] * kernel[o]
    dx = dxp[:, :, top : top + h, left : left + w]
    # then the bias
    dbias = np.zeros(c_out)
    for o in range(c_out):
        dbias[o] = np.sum(dy[:, o, :, :])
    return dx, dkernel, dbias
