"""Exercise 11, solved: the convolution."""

import numpy as np


def conv2d_forward(x, kernel, bias):
    """Return y, and (x, kernel) as the cache: one shifted slice of x for each place (i, j) of the kernel."""
    n, c_in, h, w = x.shape
    c_out, c_in, kh, kw = kernel.shape
    h_out = h - kh + 1
    w_out = w - kw + 1
    y = np.zeros((n, c_out, h_out, w_out), x.dtype)
    for i in range(kh):
        for j in range(kw):
            seen = x[:, :, i : i + h_out, j : j + w_out]
            y += np.einsum("ncpq,oc->nopq", seen, kernel[:, :, i, j])
    y += bias[:, None, None]
    return y, (x, kernel)


def conv2d_backward(dy, cache):
    """Return dx, dkernel, dbias: the same slices, read for dkernel and added to for dx."""
    x, kernel = cache
    n, c_out, h_out, w_out = dy.shape
    c_out, c_in, kh, kw = kernel.shape
    dx = np.zeros_like(x)
    dkernel = np.zeros_like(kernel)
    for i in range(kh):
        for j in range(kw):
            seen = x[:, :, i : i + h_out, j : j + w_out]
            dkernel[:, :, i, j] = np.einsum("nopq,ncpq->oc", dy, seen)
            dx[:, :, i : i + h_out, j : j + w_out] += np.einsum("nopq,oc->ncpq", dy, kernel[:, :, i, j])
    dbias = dy.sum(axis=(0, 2, 3))
    return dx, dkernel, dbias
