"""Exercise 10: im2col, which turns a convolution into a matrix product."""

import numpy as np


def im2col(x, kh, kw, sh, sw):
    """Return columns, by formula (2), for a window of (kh, kw) that moves by (sh, sw)."""
    n, c, h, w = x.shape
    h_out = (h - kh) // sh + 1
    w_out = (w - kw) // sw + 1
    columns = np.empty((n, c, kh, kw, h_out, w_out), dtype=x.dtype)
    for i in range(kh):
        for j in range(kw):
            rows = slice(i, i + sh * (h_out - 1) + 1, sh)
            cols = slice(j, j + sw * (w_out - 1) + 1, sw)
            columns[:, :, i, j] = x[:, :, rows, cols]
    return columns.reshape(n, c * kh * kw, h_out * w_out)
