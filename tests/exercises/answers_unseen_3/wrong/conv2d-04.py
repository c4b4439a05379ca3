"""conv2d as a matrix product, with im2col and col2im from exercises 10 and 11."""
import numpy as np


def im2col(x, kh, kw):
    n, c, h, w = x.shape
    h_out, w_out = h - kh + 1, w - kw + 1
    columns = np.empty((n, c, kh, kw, h_out, w_out), dtype=x.dtype)
    for i in range(kh):
        for j in range(kw):
            columns[:, :, i, j] = x[:, :, i:i + h_out, j:j + w_out]
    return columns.reshape(n, c * kh * kw, h_out * w_out)


def col2im(columns, shape, kh, kw):
    n, c, h, w = shape
    h_out, w_out = h - kh + 1, w - kw + 1
    columns = columns.reshape(n, c, kh, kw, h_out, w_out)
    x = np.zeros(shape, dtype=columns.dtype)
    for i in range(kh):
        for j in range(kw):
            x[:, :, i:i + h_out, j:j + w_out] += columns[:, :, i, j]
    return x


def conv2d_forward(x, kernel, bias):
    c_out, c_in, kh, kw = kernel.shape
    n, _, h, w = x.shape
    columns = im2col(x, kh, kw)
    y = kernel.reshape(c_out, -1) @ columns + bias[:, None]
    return y.reshape(n, c_out, h - kh + 1, w - kw + 1), (columns, x.shape, kernel)


def conv2d_backward(dy, cache):
    columns, shape, kernel = cache
    n, c_out, h_out, w_out = dy.shape
    kh, kw = kernel.shape[2:]
    flat = kernel.reshape(c_out, -1)

    dcolumns = flat.T @ dy.reshape(n, c_out, -1)
    dx = col2im(dcolumns, shape, kh, kw)

    dy_matrix = dy.reshape(c_out, -1)
    all_columns = columns.transpose(0, 2, 1).reshape(-1, flat.shape[1])
    dkernel = (dy_matrix @ all_columns).reshape(kernel.shape)

    dbias = dy.sum(axis=(0, 2, 3))
    return dx, dkernel, dbias
