"""Exercise 12: the convolution, forward and backward."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def conv2d_forward(x, kernel, bias):
    c_out, c_in, kh, kw = kernel.shape
    windows = sliding_window_view(x, (kh, kw), axis=(2, 3)).transpose(0, 2, 3, 1, 4, 5)
    n, h_out, w_out = windows.shape[:3]
    patches = windows.reshape(n * h_out * w_out, c_in * kh * kw)
    weights = kernel.reshape(c_in * kh * kw, c_out)
    y = (patches @ weights + bias).reshape(n, h_out, w_out, c_out)
    return y.transpose(0, 3, 1, 2), (patches, kernel, x.shape)


def conv2d_backward(dy, cache):
    patches, kernel, shape = cache
    c_out, c_in, kh, kw = kernel.shape
    n, _, h_out, w_out = dy.shape
    flat = dy.transpose(0, 2, 3, 1).reshape(-1, c_out)
    dkernel = (flat.T @ patches).reshape(kernel.shape)
    dpatches = (flat @ kernel.reshape(c_out, -1)).reshape(n, h_out, w_out, c_in, kh, kw)
    dx = np.zeros(shape, dtype=dpatches.dtype)
    for i in range(kh):
        for j in range(kw):
            dx[:, :, i : i + h_out, j : j + w_out] += dpatches[..., i, j].transpose(0, 3, 1, 2)
    return dx, dkernel, flat.sum(axis=0)
