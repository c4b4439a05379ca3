"""Exercise 24: a compiled convolution of your own."""

import numpy as np
from numba import njit


def conv2d_numpy(x, kernel, bias):
    """The version to beat: all windows as a view, and one matrix product."""
    windows = np.lib.stride_tricks.sliding_window_view(x, kernel.shape[2:], axis=(2, 3))
    y = np.tensordot(windows, kernel, axes=((1, 4, 5), (1, 2, 3)))  # (n, h_out, w_out, c_out)
    return y.transpose(0, 3, 1, 2) + bias[:, None, None]


@njit
def _add_row(weights, seen, target):
    """target += what one row of the image gives through one row of the kernel."""
    for j in range(weights.shape[0]):
        weight = weights[j]
        for q in range(target.shape[0]):
            target[q] += weight * seen[q + j]


@njit
def conv2d(x, kernel, bias):
    """Return y by formula (1): every row of x is handed to all the rows of y that see it."""
    n, c_in, h, w = x.shape
    c_out, _, kh, kw = kernel.shape
    y = np.zeros((n, c_out, h - kh + 1, w - kw + 1), dtype=np.float32)
    for o in range(c_out):
        y[:, o] = bias[o]
    for image in range(n):
        for c in range(c_in):
            for r in range(h):
                seen = x[image, c, r]
                for i in range(max(0, r - (h - kh)), min(kh, r + 1)):
                    for o in range(c_out):
                        _add_row(kernel[o, c, i], seen, y[image, o, r - i])
    return y
