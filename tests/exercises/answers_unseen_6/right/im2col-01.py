"""Exercise 10: the address of every entry of columns is computed first, then one take does it all."""

import numpy as np


def im2col(x, kh, kw, sh, sw):
    n, c, h, w = x.shape
    h_out, w_out = (h - kh) // sh + 1, (w - kw) // sw + 1
    ch, i, j = np.unravel_index(np.arange(c * kh * kw), (c, kh, kw))
    p, q = np.divmod(np.arange(h_out * w_out), w_out)
    inside = (ch * h + i) * w + j
    start = p * sh * w + q * sw
    return x.reshape(n, -1).take(np.add.outer(inside, start), axis=1)
