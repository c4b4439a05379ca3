"""sliding_window_view and einsum; dx as a full correlation with the flipped kernel."""

import numpy as np


def look(x, kh, kw):
    return np.lib.stride_tricks.sliding_window_view(x, (kh, kw), axis=(2, 3))


def conv2d_forward(x, kernel, bias):
    y = np.einsum("ncpqij,ocij->nopq", look(x, *kernel.shape[2:]), kernel, optimize=True)
    return y + bias.reshape(1, -1, 1, 1), {"x": x, "kernel": kernel}


def conv2d_backward(dy, cache):
    x, kernel = cache["x"], cache["kernel"]
    kh, kw = kernel.shape[2:]
    dkernel = np.einsum("ncpqij,nopq->ocij", look(x, kh, kw), dy)
    padded = np.pad(dy, ((0, 0), (0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1)))
    dx = np.einsum("nopqij,ocij->ncpq", look(padded, kh, kw), kernel[:, :, ::-1, ::-1])
    return dx, dkernel, np.einsum("nopq->o", dy)
