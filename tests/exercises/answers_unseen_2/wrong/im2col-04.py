"""Exercise 10: im2col, which turns a convolution into a matrix product."""

import numpy as np


def im2col(x, kh, kw, sh, sw):
    """Return columns, by formula (2), for a window of (kh, kw) that moves by (sh, sw)."""
    n, c, h, w = x.shape
    corners = [(a, b) for a in range(0, h - kh, sh) for b in range(0, w - kw, sw)]
    places = [(k, i, j) for k in range(c) for i in range(kh) for j in range(kw)]
    return np.array(
        [[[x[m, k, a + i, b + j] for a, b in corners] for k, i, j in places] for m in range(n)],
        dtype=x.dtype,
    )
