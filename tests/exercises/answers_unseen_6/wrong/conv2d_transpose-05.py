"""Exercise 16 by col2im: one matrix product, then scatter."""

import numpy as np


def _where(h, w, kh, kw, sh, sw):
    rows = sh * np.arange(h)[:, None] + np.arange(kh)
    cols = sw * np.arange(w)[:, None] + np.arange(kw)
    return rows[:, None, :, None], cols[None, :, None, :]


def conv2d_transpose_forward(x, kernel, bias, strides):
    """Return y, cache."""
    n, c_in, h, w = x.shape
    _, c_out, kh, kw = kernel.shape
    index = _where(h, w, kh, kw, *strides)
    columns = np.tensordot(x, kernel, axes=(1, 0)).transpose(0, 3, 1, 2, 4, 5)
    y = np.zeros((n, c_out, (h - 1) * strides[0] + kh, (w - 1) * strides[1] + kw))
    np.add.at(y, (slice(None), slice(None)) + index, columns)
    return y + bias[:, None, None], (x, kernel, index)


def conv2d_transpose_backward(dy, cache):
    """Return dx, dkernel, dbias."""
    x, kernel, index = cache
    columns = dy[(slice(None), slice(None)) + index]
    dx = np.tensordot(columns, kernel, axes=((1, 4, 5), (1, 2, 3))).transpose(0, 3, 1, 2)
    dkernel = np.tensordot(x, columns, axes=((0, 2, 3), (0, 2, 3)))
    dbias = columns.sum(axis=(0, 2, 3, 4, 5))
    return dx, dkernel, dbias
