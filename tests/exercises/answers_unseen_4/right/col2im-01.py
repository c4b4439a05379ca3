"""Exercise 11: col2im, the way back of im2col, and so its gradient."""

import numpy as np


def col2im(columns, shape, kh, kw, sh, sw):
    """Return x of the given shape, by formula (1)."""
    n, c, h, w = shape
    h_out = (h - kh) // sh + 1
    w_out = (w - kw) // sw + 1
    columns = columns.reshape(n, c, kh, kw, h_out, w_out)
    x = np.zeros(shape, dtype=columns.dtype)
    for i in range(kh):
        for j in range(kw):
            rows = slice(i, i + sh * (h_out - 1) + 1, sh)
            cols = slice(j, j + sw * (w_out - 1) + 1, sw)
            x[:, :, rows, cols] += columns[:, :, i, j]
    return x
