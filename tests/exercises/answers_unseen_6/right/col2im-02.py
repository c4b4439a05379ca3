"""Exercise 11, asked from the other side: each pixel collects from the windows that see it."""

import numpy as np


def seers(a, k, s, count):
    """Return pairs (place in the window, position) with position * s + place == a."""
    return [(i, (a - i) // s) for i in range(k) if (a - i) % s == 0 and 0 <= (a - i) // s < count]


def col2im(columns, shape, kh, kw, sh, sw):
    n, c, h, w = shape
    h_out = (h - kh) // sh + 1
    w_out = (w - kw) // sw + 1
    cols = columns.reshape(n, c, kh, kw, h_out, w_out)
    x = np.zeros((n, c, h, w), dtype=columns.dtype)
    for a in range(h):
        for b in range(w):
            for i, p in seers(a, kh, sh, h_out):
                for j, q in seers(b, kw, sw, w_out):
                    x[..., a, b] += cols[..., i, j, p, q]
    return x
