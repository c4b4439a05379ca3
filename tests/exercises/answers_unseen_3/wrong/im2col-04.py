"""im2col with precomputed indices: one fancy index and no loop."""
import numpy as np


def _indices(c, h, w, kh, kw, sh, sw):
    h_out, w_out = (h - kh) // sh + 1, (w - kw) // sw + 1
    channel = np.repeat(np.arange(c), kh * kw)
    i = np.tile(np.repeat(np.arange(kh), kw), c)
    j = np.tile(np.arange(kw), c * kh)
    p = np.tile(np.arange(h_out), w_out)
    q = np.repeat(np.arange(w_out), h_out)
    return channel[:, None], i[:, None] + sh * p, j[:, None] + sw * q


def im2col(x, kh, kw, sh, sw):
    channel, row, col = _indices(*x.shape[1:], kh, kw, sh, sw)
    return x[:, channel, row, col]
