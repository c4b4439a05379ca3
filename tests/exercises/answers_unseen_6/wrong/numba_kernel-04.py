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
    batch = x.shape[0]
    channels = x.shape[1]
    filters = kernel.shape[0]
    kh = kernel.shape[2]
    kw = kernel.shape[3]
    rows = x.shape[2] - kh + 1
    columns = x.shape[3] - kw + 1
    y = np.zeros((batch, filters, rows, columns), dtype=np.float32)
    for m in range(batch):
        for f in range(filters):
            for c in range(channels):
                for i in range(kh):
                    for j in range(kw):
                        # convolve: kernel and image run in opposite directions
                        weight = kernel[f, c, kh - 1 - i, kw - 1 - j]
                        for r in range(rows):
                            for s in range(columns):
                                y[m, f, r, s] += weight * x[m, c, r + i, s + j]
            for r in range(rows):
                for s in range(columns):
                    y[m, f, r, s] += bias[f]
    return y
