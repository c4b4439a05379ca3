"""Exercise 14: max-pooling, with windows that may overlap and values that may tie."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def max_pool2d_forward(x, pool_size, strides):
    """Return y, cache: y by formula (2), and whatever max_pool2d_backward needs."""
    sh, sw = strides
    windows = sliding_window_view(x, pool_size, axis=(2, 3))[:, :, ::sh, ::sw]
    y = windows.max(axis=(4, 5))
    winners = windows == y[..., None, None]
    # where several are equally large, they share the gradient
    shares = winners / winners.sum(axis=(4, 5), keepdims=True)
    return y, (shares, x.shape, x.dtype, strides)


def max_pool2d_backward(dy, cache):
    """Return dx by formula (4)."""
    shares, shape, dtype, (sh, sw) = cache
    h_out, w_out, kh, kw = shares.shape[2:]
    dx = np.zeros(shape, dtype=dtype)
    for i in range(kh):
        for j in range(kw):
            dx[:, :, i:i + sh * h_out:sh, j:j + sw * w_out:sw] += shares[..., i, j] * dy
    return dx
