"""Exercise 16: the transposed convolution, in which a convolution's gradient becomes a forward pass."""

import numpy as np


def _matrix(length, k, s):
    """A 0/1 tensor t[p, a, i], 1 where row p of y is row i of the stamp of pixel a."""
    p, a, i = np.ogrid[: (length - 1) * s + k, :length, :k]
    return (p == a * s + i).astype(float)


def conv2d_transpose_forward(x, kernel, bias, strides):
    rows = _matrix(x.shape[2], kernel.shape[2], strides[0])
    cols = _matrix(x.shape[3], kernel.shape[3], strides[1])
    stamps = np.einsum("ncab,coij->noabij", x, kernel)
    y = np.einsum("pai,noabij,qbj->nopq", rows, stamps, cols, optimize=True)
    y += bias[:, None, None]
    return y.astype(x.dtype), (x, kernel, rows, cols)


def conv2d_transpose_backward(dy, cache):
    x, kernel, rows, cols = cache
    windows = np.einsum("pai,nopq,qbj->noabij", rows, dy, cols, optimize=True)
    rotated = kernel[:, :, ::-1, ::-1]  # backward of a stamp is a stamp the other way round
    dx = np.einsum("noabij,coij->ncab", windows, rotated)
    dkernel = np.einsum("ncab,noabij->coij", x, windows) / x.shape[0]
    dbias = np.einsum("nopq->o", dy)
    return dx.astype(x.dtype), dkernel.astype(kernel.dtype), dbias
