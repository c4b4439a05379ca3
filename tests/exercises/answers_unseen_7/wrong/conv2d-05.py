from typing import NamedTuple

import numpy as np


class ConvCache(NamedTuple):
    x: np.ndarray
    kernel: np.ndarray


def conv2d_forward(x: np.ndarray, kernel: np.ndarray, bias: np.ndarray):
    n, _, h, w = x.shape
    c_out, _, kh, kw = kernel.shape
    h_out, w_out = h - kh, w - kw
    y = np.empty((n, c_out, h_out, w_out), dtype=np.result_type(x, kernel, bias))
    for o in range(c_out):
        for p in range(h_out):
            for q in range(w_out):
                window = x[:, :, p:p + kh, q:q + kw]
                y[:, o, p, q] = (window * kernel[o]).sum(axis=(1, 2, 3)) + bias[o]
    return y, ConvCache(x, kernel)


def conv2d_backward(dy: np.ndarray, cache: ConvCache):
    n, c_out, h_out, w_out = dy.shape
    kh, kw = cache.kernel.shape[2:]
    dx = np.zeros_like(cache.x, dtype=dy.dtype)
    dkernel = np.zeros_like(cache.kernel, dtype=dy.dtype)
    dbias = np.zeros(c_out, dtype=dy.dtype)
    for o in range(c_out):
        for p in range(h_out):
            for q in range(w_out):
                g = dy[:, o, p, q].reshape(n, 1, 1, 1)
                dbias[o] += g.sum()
                dkernel[o] += (g * cache.x[:, :, p:p + kh, q:q + kw]).sum(axis=0)
                dx[:, :, p:p + kh, q:q + kw] += g * cache.kernel[o]
    return dx, dkernel, dbias
