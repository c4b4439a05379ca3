"""What the pages on convolution and pooling share: looking through windows, and putting windows back."""

from __future__ import annotations

import numpy as np

NO_PADS = ((0, 0), (0, 0))


def seen(x, window, strides, pads=NO_PADS, **how):
    """Return what every window sees, (n, c, h_out, w_out, kh, kw); ``how`` goes to ``np.pad``."""
    padded = np.pad(x, ((0, 0), (0, 0), *pads), **how)
    windows = np.lib.stride_tricks.sliding_window_view(padded, window, axis=(2, 3))
    return windows[:, :, :: strides[0], :: strides[1]]


def put_back(windows, shape, strides, pads=NO_PADS, order=None):
    """Return the image (n, c, h, w) of ``shape`` that windows (n, c, h_out, w_out, kh, kw) add up to.

    With an ``order`` they do not add up, but each overwrites what was there before: "cells" writes entry
    after entry of the window, for all positions at once; "positions" writes window after window.
    """
    h_out, w_out, kh, kw = windows.shape[2:]
    (top, bottom), (left, right) = pads
    image = np.zeros((*shape[:2], shape[2] + top + bottom, shape[3] + left + right))
    if order == "positions":
        for p, q in np.ndindex(h_out, w_out):
            a, b = p * strides[0], q * strides[1]
            image[:, :, a : a + kh, b : b + kw] = windows[:, :, p, q]
    else:
        for i, j in np.ndindex(kh, kw):
            rows = slice(i, i + (h_out - 1) * strides[0] + 1, strides[0])
            columns = slice(j, j + (w_out - 1) * strides[1] + 1, strides[1])
            before = image[:, :, rows, columns] if order is None else 0
            image[:, :, rows, columns] = before + windows[..., i, j]
    return image[:, :, top : top + shape[2], left : left + shape[3]]


def flipped(kernel):
    """Return the kernel turned by 180 degrees."""
    return kernel[..., ::-1, ::-1]


def one_for_both(pair):
    """Return the pairs in which one number of a pair stands for both."""
    return (pair[0], pair[0]), (pair[1], pair[1])
