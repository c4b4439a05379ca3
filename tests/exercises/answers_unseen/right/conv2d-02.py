import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def conv2d_forward(x, kernel, bias):
    windows = sliding_window_view(x, kernel.shape[2:], axis=(2, 3))  # n c p q i j
    y = np.tensordot(windows, kernel, axes=([1, 4, 5], [1, 2, 3]))  # n p q o
    return np.moveaxis(y + bias, -1, 1), {"x": x, "kernel": kernel}


def conv2d_backward(dy, cache):
    x, kernel = cache["x"], cache["kernel"]
    _, _, kh, kw = kernel.shape
    windows = sliding_window_view(x, (kh, kw), axis=(2, 3))
    dkernel = np.einsum("nopq,ncpqij->ocij", dy, windows)
    # dx: pad dy so that every pixel has its kh by kw windows, and use the flipped kernel
    room = np.pad(dy, ((0, 0), (0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1)))
    dx = np.einsum("noabij,ocij->ncab", sliding_window_view(room, (kh, kw), axis=(2, 3)), kernel[:, :, ::-1, ::-1])
    dbias = np.add.reduce(dy, axis=(0, 2, 3))
    return dx, dkernel, dbias
