"""Exercise 13: a convolution with "same" padding and strides."""

import numpy as np


def same_padding(size, k, s):
    total = max((-(-size // s) - 1) * s + k - size, 0)
    return total // 2, total - total // 2


def indices(size, k, s):
    """All rows (or columns) that the windows see, (outputs, k)."""
    starts = np.arange(0, size - k + 1, s)
    return starts[:, None] + np.arange(k)[None, :]


def conv2d_forward(x, kernel, bias, strides=(1, 1), padding="valid"):
    n, c, h, w = x.shape
    o, _, kh, kw = kernel.shape
    pads = [(0, 0)] * 4
    if padding == "same":
        pads[2] = same_padding(h, kh, strides[0])
        pads[3] = same_padding(w, kw, strides[1])
    xp = np.pad(x, pads)
    rows = indices(xp.shape[2], kh, strides[0])
    cols = indices(xp.shape[3], kw, strides[1])
    # (p, 1, kh, 1) against (1, q, 1, kw)
    place = (slice(None), slice(None), rows[:, None, :, None], cols[None, :, None, :])
    patches = xp[place].transpose(0, 2, 3, 1, 4, 5).reshape(n, len(rows), len(cols), -1)
    y = patches @ kernel.reshape(o, -1).T + bias
    return np.moveaxis(y, 3, 1), (patches, kernel, place, xp.shape, pads, (h, w))


def conv2d_backward(dy, cache):
    patches, kernel, place, padded_shape, pads, (h, w) = cache
    n, o, p, q = dy.shape
    _, c, kh, kw = kernel.shape
    flat_dy = np.moveaxis(dy, 1, 3)
    dkernel = (flat_dy.reshape(-1, o).T @ patches.reshape(n * p * q, -1)).reshape(kernel.shape)
    dpatches = (flat_dy @ kernel.reshape(o, -1)).reshape(n, p, q, c, kh, kw)
    dxp = np.zeros(padded_shape, patches.dtype)
    dxp[place] += dpatches.transpose(0, 3, 1, 2, 4, 5)
    top, left = pads[2][0], pads[3][0]
    return dxp[:, :, top : top + h, left : left + w], dkernel, flat_dy.reshape(-1, o).sum(axis=0)
