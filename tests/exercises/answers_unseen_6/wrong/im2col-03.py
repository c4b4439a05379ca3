"""Exercise 10: im2col, one column after the other."""

import numpy as np


def im2col(x, kh, kw, sh, sw):
    n, c, h, w = x.shape
    h_out = (h - kh) // sh + 1
    w_out = (w - kw) // sw + 1
    columns = np.empty((n, c * kh * kw, h_out * w_out), dtype=x.dtype)
    number = 0
    # the window goes from left to right, and in each place from top to bottom
    for q in range(w_out):
        for p in range(h_out):
            top, left = p * sh, q * sw
            window = x[:, :, top:top + kh, left:left + kw]
            columns[:, :, number] = window.reshape(n, -1)
            number += 1
    return columns
