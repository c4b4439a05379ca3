import numpy as np


def conv2d_transpose_forward(x, kernel, bias, strides):
    sh, sw = strides
    n, c, h, w = x.shape
    _, o, kh, kw = kernel.shape
    y = np.zeros((n, o, (h - 1) * sh + kh, (w - 1) * sw + kw), dtype=x.dtype)
    for a in range(h):
        for b in range(w):
            y[:, :, a:a + kh, b:b + kw] += np.einsum('nc,coij->noij', x[:, :, a, b], kernel)
    return y, (x, kernel, strides)


def conv2d_transpose_backward(dy, cache):
    x, kernel, (sh, sw) = cache
    kh, kw = kernel.shape[2:]
    win = np.lib.stride_tricks.sliding_window_view(dy, (kh, kw), axis=(2, 3))[:, :, ::sh, ::sw]
    return np.einsum('noabij,coij->ncab', win, kernel), np.einsum('ncab,noabij->coij', x, win), dy.sum((0, 2, 3))
