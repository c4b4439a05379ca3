"""im2col as one np.take: the table of flat pixel numbers is the same for every image."""
import numpy as np


def im2col(x, kh, kw, sh, sw):
    n, c, h, w = x.shape
    tops = np.arange(0, h - kh + 1, sh)
    lefts = np.arange(0, w - kw + 1, sw)
    corner = (tops[:, None] * w + lefts).ravel()
    inside = (np.arange(c)[:, None, None] * h * w
              + np.arange(kh)[:, None] * w
              + np.arange(kw)).ravel()
    return np.take(x.reshape(n, -1), inside[:, None] + corner, axis=1)
