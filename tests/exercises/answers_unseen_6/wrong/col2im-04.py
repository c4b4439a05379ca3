"""Exercise 11: col2im, the loops of im2col the other way round."""

import numpy as np


def col2im(columns, shape, kh, kw, sh, sw):
    n, c, h, w = shape
    h_out = (h - kh) // sh + 1
    w_out = (w - kw) // sw + 1
    cols = columns.reshape(n, c, kw, kh, h_out, w_out)
    x = np.zeros(shape, dtype=columns.dtype)
    for i in range(kh):
        h_end = i + sh * h_out
        for j in range(kw):
            w_end = j + sw * w_out
            x[:, :, i:h_end:sh, j:w_end:sw] += cols[:, :, j, i, :, :]
    return x
