"""Exercise 10: im2col (my solution)."""

import numpy as np


def sizes(length, k, s):
    return (length - k) // s + 1


def im2col(x, kh, kw, sh, sw):
    """Return columns, by formula (2), for a window of (kh, kw) that moves by (sh, sw)."""
    n, c, h, w = x.shape
    cols = []
    # like im2col(A, [m n], 'sliding') in MATLAB: go down one column of blocks, then the next
    for q in range(sizes(w, kw, sw)):
        for p in range(sizes(h, kh, sh)):
            top, left = p * sh, q * sw
            block = x[:, :, top:top + kh, left:left + kw]
            cols.append(block.reshape(n, c * kh * kw))
    return np.stack(cols, axis=-1)
