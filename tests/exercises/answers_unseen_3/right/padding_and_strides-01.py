"""Exercise 13: a convolution with "same" padding and strides."""

import numpy as np


def same_padding(size, k, s):
    out = -(-size // s)
    total = max((out - 1) * s + k - size, 0)
    before = total // 2
    return before, total - before


def conv2d_forward(x, kernel, bias, strides=(1, 1), padding="valid"):
    n, _, h, w = x.shape
    c_out, _, kh, kw = kernel.shape
    sh, sw = strides
    pads = (same_padding(h, kh, sh), same_padding(w, kw, sw)) if padding == "same" else ((0, 0), (0, 0))
    xp = np.pad(x, ((0, 0), (0, 0)) + pads)
    h_out = (xp.shape[2] - kh) // sh + 1
    w_out = (xp.shape[3] - kw) // sw + 1
    y = np.zeros((n, c_out, h_out, w_out), dtype=x.dtype)
    for i in range(kh):
        for j in range(kw):
            part = xp[:, :, i : i + (h_out - 1) * sh + 1 : sh, j : j + (w_out - 1) * sw + 1 : sw]
            y += np.einsum("ncpq,oc->nopq", part, kernel[:, :, i, j])
    y += bias[:, None, None]
    return y, (xp, kernel, strides, pads, x.shape)


def conv2d_backward(dy, cache):
    xp, kernel, (sh, sw), ((top, _), (left, _)), (_, _, h, w) = cache
    kh, kw = kernel.shape[2:]
    h_out, w_out = dy.shape[2:]
    dxp = np.zeros_like(xp)
    dkernel = np.zeros_like(kernel)
    for i in range(kh):
        for j in range(kw):
            rows = slice(i, i + (h_out - 1) * sh + 1, sh)
            cols = slice(j, j + (w_out - 1) * sw + 1, sw)
            dxp[:, :, rows, cols] += np.einsum("nopq,oc->ncpq", dy, kernel[:, :, i, j])
            dkernel[:, :, i, j] = np.einsum("nopq,ncpq->oc", dy, xp[:, :, rows, cols])
    return dxp[:, :, top : top + h, left : left + w], dkernel, dy.sum(axis=(0, 2, 3))
