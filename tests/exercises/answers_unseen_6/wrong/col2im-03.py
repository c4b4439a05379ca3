"""Exercise 11: col2im."""

import numpy as np


def col2im(columns, shape, kh, kw, sh, sw):
    n, c, h, w = shape
    h_out = (h - kh) // sh + 1
    w_out = (w - kw) // sw + 1
    cols = columns.reshape(n, c, kh, kw, h_out, w_out)

    # as high and as wide as the windows reach
    x = np.zeros((n, c, (h_out - 1) * sh + kh, (w_out - 1) * sw + kw), dtype=columns.dtype)
    for p in range(h_out):
        for q in range(w_out):
            x[:, :, p * sh:p * sh + kh, q * sw:q * sw + kw] += cols[:, :, :, :, p, q]
    return x
