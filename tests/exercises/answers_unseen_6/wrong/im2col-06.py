"""Exercise 10: im2col, with all the loops."""

import numpy as np


def im2col(x, kh, kw, sh, sw):
    n, c, h, w = x.shape
    h_out = (h - kh) // sh + 1
    w_out = (w - kw) // sw + 1
    columns = np.zeros((n, c * kh * kw, h_out * w_out), x.dtype)
    for image in range(n):
        for p in range(h_out):
            for q in range(w_out):
                patch = x[0, :, p:p + kh, q * sw:q * sw + kw]
                columns[image, :, p * w_out + q] = patch.ravel()
    return columns
