"""Exercise 12, solved: padding and strides."""

import numpy as np


def same_padding(size, k, s):
    """Return (before, after), formula (2): -(-a // b) is a / b rounded up."""
    out = -(-size // s)
    total = max((out - 1) * s + k - size, 0)
    before = total // 2
    return before, total - before


def conv2d_forward(x, kernel, bias, strides=(1, 1), padding="valid"):
    """Return y, and all that backward needs: the padded x among it."""
    (h_in, w_in), (c_out, _, kh, kw), (sh, sw) = x.shape[2:], kernel.shape, strides
    vertical, horizontal = (0, 0), (0, 0)
    if padding == "same":
        vertical = same_padding(h_in, kh, sh)
        horizontal = same_padding(w_in, kw, sw)
    xp = np.pad(x, ((0, 0), (0, 0), vertical, horizontal))
    h_out = (xp.shape[2] - kh) // sh + 1
    w_out = (xp.shape[3] - kw) // sw + 1
    y = np.zeros((len(x), c_out, h_out, w_out), x.dtype)
    for i in range(kh):
        for j in range(kw):
            rows = slice(i, i + (h_out - 1) * sh + 1, sh)
            columns = slice(j, j + (w_out - 1) * sw + 1, sw)
            y += np.einsum("ncpq,oc->nopq", xp[:, :, rows, columns], kernel[:, :, i, j])
    y += bias[:, None, None]
    return y, (xp, kernel, strides, (vertical[0], h_in), (horizontal[0], w_in))


def conv2d_backward(dy, cache):
    """Return dx, dkernel, dbias: the same strided slices, then the padding is cut away."""
    xp, kernel, (sh, sw), (top, h_in), (left, w_in) = cache
    (kh, kw), (h_out, w_out) = kernel.shape[2:], dy.shape[2:]
    dxp = np.zeros_like(xp)
    dkernel = np.zeros_like(kernel)
    for i in range(kh):
        for j in range(kw):
            rows = slice(i, i + (h_out - 1) * sh + 1, sh)
            columns = slice(j, j + (w_out - 1) * sw + 1, sw)
            dkernel[:, :, i, j] = np.einsum("nopq,ncpq->oc", dy, xp[:, :, rows, columns])
            dxp[:, :, rows, columns] += np.einsum("nopq,oc->ncpq", dy, kernel[:, :, i, j])
    dx = dxp[:, :, top : top + h_in, left : left + w_in]
    dbias = dy.sum(axis=(0, 2, 3))
    return dx, dkernel, dbias
