"""Exercise 10: im2col, which turns a convolution into a matrix product."""

import numpy as np


def im2col(x, kh, kw, sh, sw):
    n, c, h, w = x.shape
    tops = range(0, h - kh + 1, sh)
    lefts = range(0, w - kw + 1, sw)
    matrix = np.stack(
        [
            x[image, :, top : top + kh, left : left + kw].ravel()
            for image in range(n)
            for top in tops
            for left in lefts
        ],
        axis=1,
    )
    return matrix.reshape(n, c * kh * kw, len(tops) * len(lefts))
