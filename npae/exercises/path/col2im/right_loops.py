"""Formula (1), index by index."""

import numpy as np


def col2im(columns, shape, kh, kw, sh, sw):
    n, c, h, w = shape
    h_out, w_out = (h - kh) // sh + 1, (w - kw) // sw + 1
    x = np.zeros(shape, columns.dtype)
    for image, ch, i, j, p, q in np.ndindex(n, c, kh, kw, h_out, w_out):
        x[image, ch, p * sh + i, q * sw + j] += columns[image, (ch * kh + i) * kw + j, p * w_out + q]
    return x
