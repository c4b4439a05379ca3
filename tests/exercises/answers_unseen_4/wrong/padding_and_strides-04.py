"""Exercise 13: a convolution with "same" padding and strides."""

import numpy as np


def same_padding(size, k, s):
    """Return before, after by formula (2), for an axis of length size, a kernel's k and a stride s."""
    n_windows = 1 + (size - 1) // s
    total = (n_windows - 1) * s + k - size
    if total < 0:
        total = 0
    before, odd = divmod(total, 2)
    return before, before + odd


def corners(padded, k, s):
    """Where the windows of one axis begin."""
    return range(0, padded - k + 1, s)


def conv2d_forward(x, kernel, bias, strides=(1, 1), padding="valid"):
    """Return y, cache."""
    kh, kw = kernel.shape[-2:]
    if padding == "valid":
        borders = ((0, 0), (0, 0))
    else:
        borders = tuple(same_padding(*t) for t in zip(x.shape[2:], (kh, kw), strides))
    # surround the image, so that the windows at the margin are complete
    xp = np.pad(x, ((0, 0), (0, 0), *borders), mode="edge")
    rows = corners(xp.shape[2], kh, strides[0])
    cols = corners(xp.shape[3], kw, strides[1])
    y = np.stack(
        [
            np.stack([np.tensordot(xp[:, :, r : r + kh, c : c + kw], kernel, ((1, 2, 3), (1, 2, 3))) for c in cols], -1)
            for r in rows
        ],
        axis=-2,
    )
    return y + bias[:, np.newaxis, np.newaxis], (xp, kernel, borders, rows, cols, x.shape)


def conv2d_backward(dy, cache):
    """Return dx, dkernel, dbias."""
    xp, kernel, ((top, _), (left, _)), rows, cols, x_shape = cache
    kh, kw = kernel.shape[-2:]
    dxp = np.zeros_like(xp)
    dkernel = np.zeros_like(kernel)
    for p, r in enumerate(rows):
        for q, c in enumerate(cols):
            one = dy[:, :, p, q]
            dxp[:, :, r : r + kh, c : c + kw] += np.tensordot(one, kernel, 1)
            dkernel += np.tensordot(one, xp[:, :, r : r + kh, c : c + kw], (0, 0))
    dx = dxp[:, :, top:, left:][:, :, : x_shape[2], : x_shape[3]]
    return dx, dkernel, dy.sum(axis=(0, 2, 3))
