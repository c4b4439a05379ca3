"""Exercise 24: a compiled convolution of your own."""

import numpy as np
from numba import njit


def conv2d_numpy(x, kernel, bias):
    """The version to beat: all windows as a view, and one matrix product."""
    windows = np.lib.stride_tricks.sliding_window_view(x, kernel.shape[2:], axis=(2, 3))
    y = np.tensordot(windows, kernel, axes=((1, 4, 5), (1, 2, 3)))  # (n, h_out, w_out, c_out)
    return y.transpose(0, 3, 1, 2) + bias[:, None, None]


@njit
def conv2d(x, kernel, bias):
    """Return y by formula (1)."""
    n, c_in, h, w = x.shape
    c_out, _, kh, kw = kernel.shape
    h_out, w_out = h - kh + 1, w - kw + 1
    y = np.empty((n, c_out, h_out, w_out), np.float32)
    line = np.empty(w_out, np.float32)
    for b in range(n):
        for p in range(h_out):
            for q in range(w_out):
                line[q] = 0
            for o in range(c_out):
                for c in range(c_in):
                    for q in range(w_out):
                        line[q] += bias[o]
                    for i in range(kh):
                        for j in range(kw):
                            k = kernel[o, c, i, j]
                            for q in range(w_out):
                                line[q] += k * x[b, c, p + i, q + j]
                for q in range(w_out):
                    y[b, o, p, q] = line[q]
    return y
