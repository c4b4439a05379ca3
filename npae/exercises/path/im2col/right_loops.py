"""Formula (2), index by index."""

import numpy as np


def im2col(x, kh, kw, sh, sw):
    n, c, h, w = x.shape
    h_out, w_out = (h - kh) // sh + 1, (w - kw) // sw + 1
    columns = np.zeros((n, c * kh * kw, h_out * w_out), x.dtype)
    for image, ch, i, j, p, q in np.ndindex(n, c, kh, kw, h_out, w_out):
        columns[image, (ch * kh + i) * kw + j, p * w_out + q] = x[image, ch, p * sh + i, q * sw + j]
    return columns
