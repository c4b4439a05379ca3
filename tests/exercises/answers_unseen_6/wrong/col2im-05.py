"""Exercise 11: col2im."""

from functools import lru_cache

import numpy as np


@lru_cache(maxsize=None)
def blank(shape, dtype):
    return np.zeros(shape, dtype)


@lru_cache(maxsize=None)
def geometry(h, w, kh, kw, sh, sw):
    return (h - kh) // sh + 1, (w - kw) // sw + 1


def col2im(columns, shape, kh, kw, sh, sw):
    n, c, h, w = shape
    ho, wo = geometry(h, w, kh, kw, sh, sw)
    cols = columns.reshape(n, c, kh, kw, ho, wo)
    image = blank(tuple(shape), columns.dtype)
    for i in range(kh):
        for j in range(kw):
            image[:, :, i:i + sh * ho:sh, j:j + sw * wo:sw] += cols[:, :, i, j]
    return image
