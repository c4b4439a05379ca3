import numpy as np


def col2im(columns, shape, kh, kw, sh, sw):
    n, c, h, w = shape
    h_out, w_out = (h - kh) // sh + 1, (w - kw) // sw + 1
    channel, i, j = np.unravel_index(np.arange(c * kh * kw), (c, kh, kw))
    p, q = np.unravel_index(np.arange(h_out * w_out), (h_out, w_out))
    x = np.zeros(shape, dtype=columns.dtype)
    x[:, channel[:, None], p * sh + i[:, None], q * sw + j[:, None]] += columns
    return x
