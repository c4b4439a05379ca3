import numpy as np


def same_padding(size, k, s):
    total = max((-(-size // s) - 1) * s + k - size, 0)
    return total // 2, total - total // 2


def conv2d_forward(x, kernel, bias, strides=(1, 1), padding="valid"):
    kh, kw = kernel.shape[2:]
    sh, sw = strides
    ph, pw = same_padding(x.shape[2], kh, sh), same_padding(x.shape[3], kw, sw)
    xp = np.pad(x, ((0, 0), (0, 0), ph, pw))
    win = np.lib.stride_tricks.sliding_window_view(xp, (kh, kw), axis=(2, 3))[:, :, ::sh, ::sw]
    y = np.einsum("ncpqij,ocij->nopq", win, kernel) + bias[:, None, None]
    return y, (x.shape, xp, win, kernel, strides, ph, pw)


def conv2d_backward(dy, cache):
    (n, c, h, w), xp, win, kernel, (sh, sw), ph, pw = cache
    kh, kw = kernel.shape[2:]
    dxp = np.zeros_like(xp)
    for p in range(dy.shape[2]):
        for q in range(dy.shape[3]):
            dxp[:, :, p * sh:p * sh + kh, q * sw:q * sw + kw] += np.einsum("no,ocij->ncij", dy[:, :, p, q], kernel)
    dk = np.einsum("nopq,ncpqij->ocij", dy, win)
    return dxp[:, :, ph[0]:ph[0] + h, pw[0]:pw[0] + w], dk, dy.mean((0, 2, 3))
