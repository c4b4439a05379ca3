"""One window after the other."""

import numpy as np


def col2im(columns, shape, kh, kw, sh, sw):
    n, c, h, w = shape
    x = np.zeros(shape)
    position = 0
    for top in range(0, h - kh + 1, sh):
        for left in range(0, w - kw + 1, sw):
            x[:, :, top : top + kh, left : left + kw] += columns[:, :, position].reshape(n, c, kh, kw)
            position += 1
    return x
