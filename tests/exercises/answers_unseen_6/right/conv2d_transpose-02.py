"""Exercise 16 as one big matrix: y = M x with M[(o, p, q), (c, a, b)], and its transpose on the way back."""

import numpy as np


def _hits(size, k, s):
    """hits[a, i, p] is 1 where tap i of the stamp of pixel a falls on p."""
    hits = np.zeros((size, k, (size - 1) * s + k))
    for a in range(size):
        hits[a, range(k), range(a * s, a * s + k)] = 1
    return hits


def conv2d_transpose_forward(x, kernel, bias, strides):
    """Return y, cache."""
    (n, c_in, h, w), (_, c_out, kh, kw) = x.shape, kernel.shape
    down, along = _hits(h, kh, strides[0]), _hits(w, kw, strides[1])
    matrix = np.einsum("coij,aip,bjq->opqcab", kernel, down, along, optimize=True)
    canvas = matrix.shape[:3]
    matrix = matrix.reshape(-1, c_in * h * w)
    y = (x.reshape(n, -1) @ matrix.T).reshape(n, *canvas)
    for o, b in enumerate(bias):
        y[:, o] += b
    return y, (x, kernel.shape, down, along, matrix)


def conv2d_transpose_backward(dy, cache):
    """Return dx, dkernel, dbias."""
    x, kernel_shape, down, along, matrix = cache
    n, c_out = dy.shape[:2]
    dx = (dy.reshape(n, -1) @ matrix).reshape(x.shape)
    dmatrix = (dy.reshape(n, -1).T @ x.reshape(n, -1)).reshape(dy.shape[1:] + x.shape[1:])
    dkernel = np.einsum("opqcab,aip,bjq->coij", dmatrix, down, along, optimize=True)
    assert dkernel.shape == kernel_shape
    return dx, dkernel, np.array([dy[:, o].sum() for o in range(c_out)])
