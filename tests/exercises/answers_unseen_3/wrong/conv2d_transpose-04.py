"""Exercise 16: the transposed convolution, in which a convolution's gradient becomes a forward pass."""

import numpy as np


def conv2d_transpose_forward(x, kernel, bias, strides):
    (n, c_in, h, w), (_, c_out, kh, kw) = x.shape, kernel.shape
    flat = x.transpose(0, 2, 3, 1).reshape(-1, c_in) @ kernel.reshape(c_in, -1)
    stamps = flat.reshape(n, h, w, c_out, kh, kw) + bias[:, None, None]
    y = np.zeros((n, c_out, (h - 1) * strides[0] + kh, (w - 1) * strides[1] + kw), x.dtype)
    r = (np.arange(h) * strides[0])[:, None, None, None] + np.arange(kh)[:, None]
    s = (np.arange(w) * strides[1])[:, None, None] + np.arange(kw)
    np.add.at(y, (slice(None), slice(None), r, s), stamps.transpose(0, 3, 1, 2, 4, 5))
    return y, (x, kernel, r, s)


def conv2d_transpose_backward(dy, cache):
    x, kernel, r, s = cache
    (n, c_in, h, w), k = x.shape, kernel.reshape(len(kernel), -1)
    d = dy[:, :, r, s].transpose(0, 2, 3, 1, 4, 5).reshape(n * h * w, -1)
    dx = (d @ k.T).reshape(n, h, w, c_in).transpose(0, 3, 1, 2)
    dkernel = (x.transpose(1, 0, 2, 3).reshape(c_in, -1) @ d).reshape(kernel.shape)
    return dx, dkernel, dy.sum(axis=(0, 2, 3))
