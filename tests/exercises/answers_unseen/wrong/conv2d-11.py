import numpy as np


def conv2d_forward(x, kernel, bias):
    win = np.lib.stride_tricks.sliding_window_view(x, kernel.shape[2:], axis=(2, 3))
    return np.einsum("ncpqij,ocij->nopq", win, kernel), (x, kernel, bias)


def conv2d_backward(dy, cache):
    x, kernel, bias = cache
    o, c, kh, kw = kernel.shape
    H, W = dy.shape[2:]
    dk = np.empty_like(kernel)
    dx = np.zeros_like(x)
    for i in range(kh):
        for j in range(kw):
            dk[:, :, i, j] = np.einsum("nopq,ncpq->oc", dy, x[:, :, i:i + H, j:j + W])
            dx[:, :, i:i + H, j:j + W] += np.einsum("nopq,oc->ncpq", dy, kernel[:, :, j, i])
    return dx, dk, dy.sum(axis=(0, 2, 3))
