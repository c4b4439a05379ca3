"""Exercise 10: im2col, which turns a convolution into a matrix product."""

import numpy as np


def im2col(x, kh, kw, sh, sw):
    n, c, h, w = x.shape
    # rounded up, so that no pixel is lost
    h_out = -(-(h - kh) // sh) + 1
    w_out = -(-(w - kw) // sw) + 1
    below = (h_out - 1) * sh + kh - h
    beside = (w_out - 1) * sw + kw - w
    x = np.pad(x, ((0, 0), (0, 0), (0, below), (0, beside)))
    columns = np.empty((n, c, kh, kw, h_out, w_out), dtype=x.dtype)
    for i in range(kh):
        for j in range(kw):
            columns[:, :, i, j] = x[:, :, i : i + sh * h_out : sh, j : j + sw * w_out : sw]
    return columns.reshape(n, c * kh * kw, h_out * w_out)
