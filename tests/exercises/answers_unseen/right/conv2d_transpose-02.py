import numpy as np


def conv2d_transpose_forward(x, kernel, bias, strides):
    n, c_in, h, w = x.shape
    c_in, c_out, kh, kw = kernel.shape
    sh, sw = strides
    y = np.zeros((n, c_out, (h - 1) * sh + kh, (w - 1) * sw + kw), x.dtype)
    y[...] = np.reshape(bias, (c_out, 1, 1))
    for a in range(h):
        for b in range(w):
            y[:, :, a * sh : a * sh + kh, b * sw : b * sw + kw] += np.tensordot(x[:, :, a, b], kernel, axes=1)
    return y, (x, kernel, sh, sw)


def conv2d_transpose_backward(dy, cache):
    x, kernel, sh, sw = cache
    # dx is the plain convolution of dy, the same kernel, the same strides
    windows = np.lib.stride_tricks.sliding_window_view(dy, kernel.shape[2:], axis=(2, 3))[:, :, ::sh, ::sw]
    dx = np.tensordot(windows, kernel, ((1, 4, 5), (1, 2, 3))).transpose(0, 3, 1, 2)
    dkernel = np.tensordot(x, windows, ((0, 2, 3), (0, 2, 3)))
    return dx, dkernel, np.einsum("nopq->o", dy)
