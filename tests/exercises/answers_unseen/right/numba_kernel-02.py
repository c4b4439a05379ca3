import numpy as np
from numba import njit


def conv2d_numpy(x, kernel, bias):
    """The version to beat: all windows as a view, and one matrix product."""
    windows = np.lib.stride_tricks.sliding_window_view(x, kernel.shape[2:], axis=(2, 3))
    y = np.tensordot(windows, kernel, axes=((1, 4, 5), (1, 2, 3)))  # (n, h_out, w_out, c_out)
    return y.transpose(0, 3, 1, 2) + bias[:, None, None]


@njit(fastmath=True)
def conv2d(x, kernel, bias):
    filters, channels, kh, kw = kernel.shape
    rows = x.shape[2] - kh + 1
    cols = x.shape[3] - kw + 1
    y = np.empty((x.shape[0], filters, rows, cols), np.float32)
    line = np.empty(cols, np.float32)  # one row of y, which stays in the cache
    for b in range(x.shape[0]):
        for p in range(rows):
            for f in range(filters):
                line[:] = bias[f]
                for c in range(channels):
                    for i in range(kh):
                        for j in range(kw):
                            factor = kernel[f, c, i, j]
                            for q in range(cols):
                                line[q] += factor * x[b, c, p + i, q + j]
                for q in range(cols):
                    y[b, f, p, q] = line[q]
    return y
