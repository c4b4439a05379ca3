"""Exercise 12: the convolution, forward and backward."""

import numpy as np


def conv2d_forward(x, kernel, bias):
    h_out = x.shape[2] - kernel.shape[2] + 1
    w_out = x.shape[3] - kernel.shape[3] + 1
    y = sum(
        np.tensordot(x[:, :, i : i + h_out, j : j + w_out], kernel[:, :, i, j], axes=(1, 1))
        for i in range(kernel.shape[2])
        for j in range(kernel.shape[3])
    )
    return np.moveaxis(y, -1, 1) + bias.reshape(-1, 1, 1), (x, kernel)


def conv2d_backward(dy, cache):
    x, kernel = cache
    kh, kw = kernel.shape[-2:]
    dx = np.zeros(x.shape, x.dtype)
    seen_by = np.zeros(x.shape[2:], x.dtype)
    dkernel = np.zeros(kernel.shape, kernel.dtype)
    for p in range(dy.shape[2]):
        for q in range(dy.shape[3]):
            d = dy[:, :, p, q]
            dkernel += np.tensordot(d, x[:, :, p : p + kh, q : q + kw], axes=(0, 0))
            dx[:, :, p : p + kh, q : q + kw] += np.tensordot(d, kernel, axes=1)
            seen_by[p : p + kh, q : q + kw] += 1
    dx /= seen_by
    return dx, dkernel, np.einsum("nopq->o", dy)
