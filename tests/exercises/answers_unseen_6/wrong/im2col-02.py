"""Exercise 10: im2col, loop over the places inside the window."""

import numpy as np


def im2col(x, kh, kw, sh, sw):
    n, c, h, w = x.shape
    h_out = (h - kh + 1) // sh
    w_out = (w - kw + 1) // sw

    out = np.zeros((n, c, kh, kw, h_out, w_out), dtype=x.dtype)
    for i in range(kh):
        for j in range(kw):
            out[:, :, i, j] = x[:, :, i:i + sh * h_out:sh, j:j + sw * w_out:sw]

    return out.reshape(n, c * kh * kw, h_out * w_out)
