"""Exercise 12: convolution, window by window."""

import numpy as np


def conv2d_forward(x, kernel, bias):
    n, c_in, h, w = x.shape
    c_out, _, kh, kw = kernel.shape
    y = np.zeros((n, c_out, h - kh + 1, w - kw + 1))
    for p in range(h - kh):
        for q in range(w - kw):
            for o in range(c_out):
                window = x[:, :, p:p + kh, q:q + kw]
                y[:, o, p, q] = (window * kernel[o]).sum(axis=(1, 2, 3)) + bias[o]
    return y, (x, kernel)


def conv2d_backward(dy, cache):
    x, kernel = cache
    c_out, _, kh, kw = kernel.shape
    dx = np.zeros(x.shape)
    dkernel = np.zeros(kernel.shape)
    dbias = np.zeros(c_out)
    for o in range(c_out):
        dbias[o] = dy[:, o].sum()
        for p in range(dy.shape[2]):
            for q in range(dy.shape[3]):
                d = dy[:, o, p, q].reshape(-1, 1, 1, 1)
                dkernel[o] += (d * x[:, :, p:p + kh, q:q + kw]).sum(axis=0)
                dx[:, :, p:p + kh, q:q + kw] += d * kernel[o]
    return dx, dkernel, dbias
