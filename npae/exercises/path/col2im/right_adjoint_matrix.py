"""The matrix of im2col, built once from unit images, transposed."""

import numpy as np


def col2im(columns, shape, kh, kw, sh, sw):
    n, c, h, w = shape
    numbers = np.arange(h * w).reshape(h, w)
    seen = [
        numbers[a : a + kh, b : b + kw].ravel()
        for a in range(0, h - kh + 1, sh)
        for b in range(0, w - kw + 1, sw)
    ]
    matrix = np.zeros((kh * kw, len(seen), h * w), columns.dtype)
    for q, pixels in enumerate(seen):
        matrix[np.arange(kh * kw), q, pixels] = 1
    columns = columns.reshape(n, c, kh * kw, len(seen))
    return np.einsum("nckq,kqp->ncp", columns, matrix).reshape(shape)
