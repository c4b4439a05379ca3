"""Exercise 15, solved: the transposed convolution."""

import numpy as np


def place(i, j, shape, strides):
    """Return the rows and columns of y that the kernel's entry (i, j) reaches from all pixels of x."""
    (h, w), (sh, sw) = shape[2:], strides
    return slice(i, i + (h - 1) * sh + 1, sh), slice(j, j + (w - 1) * sw + 1, sw)


def conv2d_transpose_forward(x, kernel, bias, strides):
    """Return y: stamps are added first, and the bias once at the end."""
    n, _, h, w = x.shape
    _, c_out, kh, kw = kernel.shape
    h_out = (h - 1) * strides[0] + kh
    w_out = (w - 1) * strides[1] + kw
    y = np.zeros((n, c_out, h_out, w_out), x.dtype)
    for i in range(kh):
        for j in range(kw):
            rows, columns = place(i, j, x.shape, strides)
            y[:, :, rows, columns] += np.einsum("ncab,co->noab", x, kernel[:, :, i, j])
    y += bias[:, None, None]
    return y, (x, kernel, strides)


def conv2d_transpose_backward(dy, cache):
    """Return dx, dkernel, dbias: what forward wrote to is what backward reads from."""
    x, kernel, strides = cache
    kh, kw = kernel.shape[2:]
    dx = np.zeros_like(x)
    dkernel = np.zeros_like(kernel)
    for i in range(kh):
        for j in range(kw):
            rows, columns = place(i, j, x.shape, strides)
            reached = dy[:, :, rows, columns]
            dx += np.einsum("noab,co->ncab", reached, kernel[:, :, i, j])
            dkernel[:, :, i, j] = np.einsum("ncab,noab->co", x, reached)
    dbias = dy.sum(axis=(0, 2, 3))
    return dx, dkernel, dbias
