"""Exercise 11: col2im, the way back of im2col, and so its gradient."""

import itertools

import numpy as np


def col2im(columns, shape, kh, kw, sh, sw):
    """Return x of the given shape, by formula (1)."""
    n, c, h, w = shape
    h_out = (h - kh) // sh + 1
    w_out = (w - kw) // sw + 1
    x = np.zeros(shape, dtype=int)
    everything = itertools.product(range(n), range(c), range(kh), range(kw), range(h_out), range(w_out))
    for image, ch, i, j, p, q in everything:
        x[image, ch, p * sh + i, q + j] += columns[image, (ch * kh + i) * kw + j, p * w_out + q]
    return x
