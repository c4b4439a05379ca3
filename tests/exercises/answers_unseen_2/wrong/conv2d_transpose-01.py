"""Exercise 16: the transposed convolution."""

import numpy as np


def conv2d_transpose_forward(x, kernel, bias, strides):
    """Return y, cache: y by formulas (2) and (3), and whatever conv2d_transpose_backward needs."""
    n, c_in, h, w = x.shape
    _, c_out, kh, kw = kernel.shape
    sh, sw = strides
    # bring the kernel into the order that I know from exercise 12: (c_out, c_in, kh, kw)
    filters = kernel.reshape(c_out, c_in, kh, kw)
    y = np.zeros((n, c_out, (h - 1) * sh + kh, (w - 1) * sw + kw), dtype=x.dtype)
    for i in range(kh):
        for j in range(kw):
            y[:, :, i:i + sh * h:sh, j:j + sw * w:sw] += np.einsum("ncab,oc->noab", x, filters[:, :, i, j])
    y += bias[:, None, None]
    return y, (x, filters, strides)


def conv2d_transpose_backward(dy, cache):
    """Return dx, dkernel, dbias, in this order, by formulas (4), (5) and (6)."""
    x, filters, (sh, sw) = cache
    c_out, c_in, kh, kw = filters.shape
    h, w = x.shape[2:]
    dx, dfilters = np.zeros_like(x), np.zeros_like(filters)
    for i in range(kh):
        for j in range(kw):
            d = dy[:, :, i:i + sh * h:sh, j:j + sw * w:sw]
            dx += np.einsum("noab,oc->ncab", d, filters[:, :, i, j])
            dfilters[:, :, i, j] = np.einsum("noab,ncab->oc", d, x)
    return dx, dfilters.reshape(c_in, c_out, kh, kw), dy.sum(axis=(0, 2, 3))
