"""Exercise 13: a convolution with "same" padding and strides."""

import numpy as np


def same_padding(size, k, s):
    out, rest = divmod(size, s)
    out += rest > 0
    total = max((out - 1) * s + k - size, 0)
    before, odd = divmod(total, 2)
    return before, before + odd


def _indices(size, k, s, pad):
    """Return, for one axis, which padded row (or column) window p sees at i: (out, k)."""
    out = (size + sum(pad) - k) // s + 1
    return np.add.outer(np.arange(out) * s, np.arange(k))


def conv2d_forward(x, kernel, bias, strides=(1, 1), padding="valid"):
    pads = ((0, 0), (0, 0))
    if padding == "same":
        pads = tuple(map(same_padding, x.shape[2:], kernel.shape[2:], strides))
    rows, cols = map(_indices, x.shape[2:], kernel.shape[2:], strides, pads)
    rows, cols = rows[:, None, :, None], cols[None, :, None, :]  # together (p, q, i, j)
    xp = np.pad(x, ((0, 0), (0, 0), *pads))
    patches = xp[:, :, rows, cols]
    y = np.tensordot(kernel, patches, ((1, 2, 3), (1, 4, 5))).swapaxes(0, 1)
    y = y + bias.reshape(1, -1, 1, 1)

    def back(dy):
        dxp = np.zeros_like(xp)
        dxp[:, :, rows, cols] += np.einsum("nopq,ocij->ncpqij", dy, kernel)
        (top, _), (left, _) = pads
        dx = dxp[:, :, top:, left:][:, :, : x.shape[2], : x.shape[3]]
        return dx, np.einsum("nopq,ncpqij->ocij", dy, patches), dy.sum(axis=(0, 2, 3))

    return y, back


def conv2d_backward(dy, cache):
    return cache(dy)
