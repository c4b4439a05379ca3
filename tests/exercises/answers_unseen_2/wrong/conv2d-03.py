"""Exercise 12: the convolution, forward and backward."""

import numpy as np


def im2col(x, kh, kw):
    n, c, h, w = x.shape
    ho, wo = h - kh + 1, w - kw + 1
    out = np.empty((n, c, kh, kw, ho, wo), dtype=x.dtype)
    for i in range(kh):
        for j in range(kw):
            out[:, :, i, j] = x[:, :, i:i + ho, j:j + wo]
    return out.reshape(n, c * kh * kw, ho * wo)


def col2im(columns, shape, kh, kw):
    n, c, h, w = shape
    ho, wo = h - kh + 1, w - kw + 1
    cols = columns.reshape(n, c, kh, kw, ho, wo)
    x = np.zeros(shape, dtype=columns.dtype)
    for i in range(kh):
        for j in range(kw):
            x[:, :, i:i + ho, j:j + wo] += cols[:, :, i, j]
    return x


def conv2d_forward(x, kernel, bias):
    """Return y, cache: y by formula (1), and whatever conv2d_backward needs."""
    n, _, h, w = x.shape
    c_out, _, kh, kw = kernel.shape
    cols = im2col(x, kh, kw)
    y = kernel.reshape(c_out, -1) @ cols + bias[:, None]
    return y.reshape(n, c_out, h - kh + 1, w - kw + 1), (x.shape, cols, kernel)


def conv2d_backward(dy, cache):
    """Return dx, dkernel, dbias, in this order, by formulas (4), (3) and (2)."""
    x_shape, cols, kernel = cache
    c_out, c_in, kh, kw = kernel.shape
    k = c_in * kh * kw
    # one big matrix product over all images and positions
    dy_mat = dy.reshape(c_out, -1)
    col_mat = cols.transpose(0, 2, 1).reshape(-1, k)
    dkernel = (dy_mat @ col_mat).reshape(kernel.shape)
    dbias = dy.sum(axis=(0, 2, 3))
    dcols = kernel.reshape(c_out, k).T @ dy.reshape(dy.shape[0], c_out, -1)
    dx = col2im(dcols, x_shape, kh, kw)
    return dx, dkernel, dbias
