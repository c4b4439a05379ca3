"""Exercise 12: the convolution, forward and backward."""

import numpy as np


def conv2d_forward(x, kernel, bias):
    """Return y, cache: y by formula (1), and whatever conv2d_backward needs."""
    kh, kw = kernel.shape[2:]
    h_out, w_out = x.shape[2] - kh + 1, x.shape[3] - kw + 1
    y = np.zeros((x.shape[0], kernel.shape[0], h_out, w_out), np.result_type(x, kernel))
    for i in range(kh):
        for j in range(kw):
            seen = x[:, :, i : i + h_out, j : j + w_out]
            y += np.einsum("ncpq,oc->nopq", seen, kernel[:, :, i, j])
    return y + bias[:, None, None], (x, kernel)


def conv2d_backward(dy, cache):
    """Return dx, dkernel, dbias, in this order, by formulas (4), (3) and (2)."""
    x, kernel = cache
    kh, kw = kernel.shape[2:]
    h_out, w_out = dy.shape[2:]
    dx = np.zeros(x.shape, np.result_type(dy, kernel))
    dkernel = np.zeros(kernel.shape, np.result_type(dy, x))
    for i in range(kh):
        for j in range(kw):
            seen = x[:, :, i : i + h_out, j : j + w_out]
            dkernel[:, :, i, j] = np.einsum("nopq,ncpq->oc", dy, seen)
            dx[:, :, i : i + h_out, j : j + w_out] += np.einsum(
                "nopq,oc->ncpq", dy, kernel[:, :, i, j]
            )
    return dx, dkernel, dy.sum(axis=(0, 2, 3))
