"""Indices of rows and columns as arrays, as in CS231n, but per image."""

import numpy as np


def im2col(x, kh, kw, sh, sw):
    n, c, h, w = x.shape
    h_out, w_out = (h - kh) // sh + 1, (w - kw) // sw + 1
    i = np.tile(np.repeat(np.arange(kh), kw), c)[:, None] + sh * np.repeat(np.arange(h_out), w_out)[None]
    j = np.tile(np.arange(kw), kh * c)[:, None] + sw * np.tile(np.arange(w_out), h_out)[None]
    k = np.repeat(np.arange(c), kh * kw)[:, None]
    return x[:, k, i, j]
