"""Exercise 16: the transposed convolution, in which a convolution's gradient becomes a forward pass."""

import numpy as np
from numpy.lib.stride_tricks import as_strided


def stamps_of(image, h, w, kh, kw, sh, sw):
    """A view of image in which [n, o, a, b] is the place of one stamp, (kh, kw)."""
    s = image.strides
    return as_strided(image, (*image.shape[:2], h, w, kh, kw), (s[0], s[1], s[2] * sh, s[3] * sw, s[2], s[3]))


def conv2d_transpose_forward(x, kernel, bias, strides):
    """Return y, cache."""
    n, c_in, h, w = x.shape
    _, c_out, kh, kw = kernel.shape
    sh, sw = strides
    y = np.zeros((n, c_out, (h - 1) * sh + kh, (w - 1) * sw + kw), dtype=x.dtype)
    view = stamps_of(y, h, w, kh, kw, sh, sw)
    view += np.einsum("ncab,coij->noabij", x, kernel)  # a view: this changes y
    y += bias[:, None, None]
    return y, (x, kernel, strides)


def conv2d_transpose_backward(dy, cache):
    """Return dx, dkernel, dbias."""
    x, kernel, strides = cache
    view = stamps_of(np.ascontiguousarray(dy), *x.shape[2:], *kernel.shape[2:], *strides)
    dx = np.einsum("noabij,coij->ncab", view, kernel)
    dkernel = np.einsum("ncab,noabij->coij", x, view)
    return dx, dkernel, np.einsum("nopq->o", dy)
