"""Exercise 11: col2im."""

import numpy as np


def col2im(columns, shape, kh, kw, sh, sw):
    n, c, h, w = shape
    h_out = (h - kh) // sh + 1
    w_out = (w - kw) // sw + 1
    parts = columns.reshape(n, c, kh, kw, h_out, w_out)
    x = np.zeros(shape, dtype=columns.dtype)
    seen = np.zeros((h, w), dtype=columns.dtype)
    for i in range(kh):
        for j in range(kw):
            rows, cols = slice(i, i + sh * h_out, sh), slice(j, j + sw * w_out, sw)
            x[:, :, rows, cols] += parts[:, :, i, j]
            seen[rows, cols] += 1
    return x / np.maximum(seen, 1)
