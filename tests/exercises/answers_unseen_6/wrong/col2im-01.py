"""Exercise 11: col2im by indices, everything in one line."""

import numpy as np


def col2im(columns, shape, kh, kw, sh, sw):
    n, c, h, w = shape
    h_out = (h - kh) // sh + 1
    w_out = (w - kw) // sw + 1
    ch, i, j = np.indices((c, kh, kw)).reshape(3, -1, 1)
    p, q = np.indices((h_out, w_out)).reshape(2, 1, -1)
    x = np.zeros(shape, dtype=columns.dtype)
    x[:, ch, p * sh + i, q * sw + j] += columns
    return x
