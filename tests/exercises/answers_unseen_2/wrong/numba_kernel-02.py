"""Exercise 24: a compiled convolution of your own that beats NumPy. Unrolled by hand."""

import numpy as np
from numba import njit


def conv2d_numpy(x, kernel, bias):
    """The version to beat: all windows as a view, and one matrix product."""
    windows = np.lib.stride_tricks.sliding_window_view(x, kernel.shape[2:], axis=(2, 3))
    y = np.tensordot(windows, kernel, axes=((1, 4, 5), (1, 2, 3)))  # (n, h_out, w_out, c_out)
    return y.transpose(0, 3, 1, 2) + bias[:, None, None]


@njit
def add_row(out, row, k0, k1, k2):
    for q in range(out.size):
        out[q] += k0 * row[q] + k1 * row[q + 1] + k2 * row[q + 2]


@njit
def conv2d(x, kernel, bias):
    """Return y by formula (1)."""
    n, c_in, h, w = x.shape
    c_out = kernel.shape[0]
    y = np.empty((n, c_out, h - 2, w - 2), dtype=x.dtype)
    for b in range(n):
        for o in range(c_out):
            for p in range(h - 2):
                out = y[b, o, p]
                out.fill(bias[o])
                for c in range(c_in):
                    k = kernel[o, c].ravel()
                    add_row(out, x[b, c, p], k[0], k[1], k[2])
                    add_row(out, x[b, c, p + 1], k[3], k[4], k[5])
                    add_row(out, x[b, c, p + 2], k[6], k[7], k[8])
    return y
