"""Row by row on slices, so that every index is seen to be inside; njit with fastmath."""

import numpy as np
from numba import njit


@njit(fastmath=True)
def conv2d(x, kernel, bias):
    n, c_in, h_in, w_in = x.shape
    c_out, _, kh, kw = kernel.shape
    h_out, w_out = h_in - kh + 1, w_in - kw + 1
    y = np.empty((n, c_out, h_out, w_out), np.float32)
    for image in range(n):
        for o in range(c_out):
            for p in range(h_out):
                out = y[image, o, p]
                out[:] = bias[o]
                for c in range(c_in):
                    for i in range(kh):
                        row = x[image, c, p + i]
                        for j in range(kw):
                            factor = kernel[o, c, i, j]
                            seen = row[j : j + w_out]
                            for q in range(w_out):
                                out[q] += factor * seen[q]
    return y
