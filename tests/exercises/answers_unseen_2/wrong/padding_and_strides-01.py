"""Exercise 13: a convolution with "same" padding and strides (ported from my PyTorch notes)."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def same_padding(size, k, s):
    """Return before, after by formula (2), for an axis of length size, a kernel's k and a stride s."""
    # total = k - 1 keeps the size; the stride then does the rest
    before = (k - 1) // 2
    after = k - 1 - before
    return before, after


def _windows(xp, kernel, strides):
    return sliding_window_view(xp, kernel.shape[2:], axis=(2, 3))[:, :, :: strides[0], :: strides[1]]


def conv2d_forward(x, kernel, bias, strides=(1, 1), padding="valid"):
    """Return y, cache: y by formula (3), and whatever conv2d_backward needs; padding is "valid" or "same"."""
    pads = (0, 0), (0, 0)
    if padding == "same":
        pads = tuple(same_padding(x.shape[2 + a], kernel.shape[2 + a], strides[a]) for a in (0, 1))
    xp = np.pad(x, ((0, 0), (0, 0), *pads))
    y = np.einsum("ncpqij,ocij->nopq", _windows(xp, kernel, strides), kernel) + bias[:, None, None]
    return y, (xp, kernel, strides, pads, x.shape)


def conv2d_backward(dy, cache):
    """Return dx, dkernel, dbias, in this order, by formulas (4), (5) and (6)."""
    xp, kernel, strides, pads, x_shape = cache
    dkernel = np.einsum("nopq,ncpqij->ocij", dy, _windows(xp, kernel, strides))
    dxp = np.zeros_like(xp)
    for p in range(dy.shape[2]):
        for q in range(dy.shape[3]):
            a, b = p * strides[0], q * strides[1]
            dxp[:, :, a:a + kernel.shape[2], b:b + kernel.shape[3]] += np.tensordot(dy[:, :, p, q], kernel, 1)
    (top, _), (left, _) = pads
    dx = dxp[:, :, top:top + x_shape[2], left:left + x_shape[3]]
    return dx, dkernel, dy.sum(axis=(0, 2, 3))
