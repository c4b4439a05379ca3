"""Exercise 12: convolution as one big matrix product."""

import numpy as np


def im2col(x, kh, kw):
    n, c, h, w = x.shape
    ho, wo = h - kh + 1, w - kw + 1
    cols = np.empty((c, kh, kw, n, ho, wo), dtype=x.dtype)
    for i in range(kh):
        for j in range(kw):
            cols[:, i, j] = x[:, :, i:i + ho, j:j + wo].transpose(1, 0, 2, 3)
    return cols.reshape(c * kh * kw, n * ho * wo)


def conv2d_forward(x, kernel, bias):
    n, c, h, w = x.shape
    o, _, kh, kw = kernel.shape
    cols = im2col(x, kh, kw)
    y = kernel.reshape(o, -1) @ cols + bias[:, None]
    y = y.reshape(n, o, h - kh + 1, w - kw + 1)
    return y, (x.shape, kernel, cols)


def conv2d_backward(dy, cache):
    (n, c, h, w), kernel, cols = cache
    o, _, kh, kw = kernel.shape
    ho, wo = dy.shape[2:]
    d = dy.transpose(1, 0, 2, 3).reshape(o, -1)
    dkernel = (d @ cols.T).reshape(kernel.shape)
    dcols = (kernel.reshape(o, -1).T @ d).reshape(c, kh, kw, n, ho, wo)
    dx = np.zeros((n, c, h, w), dtype=dcols.dtype)
    for i in range(kh):
        for j in range(kw):
            dx[:, :, i:i + ho, j:j + wo] += dcols[:, i, j].transpose(1, 0, 2, 3)
    return dx, dkernel, d.sum(axis=1)
