"""Max pooling without loops over the images."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def max_pool2d_forward(x, pool_size, strides):
    """Return y, cache."""
    v = sliding_window_view(x, pool_size, axis=(2, 3))[:, :, :: strides[0], :: strides[1]]
    v = v.reshape(*v.shape[:4], -1)
    k = v.argmax(-1)
    y = np.take_along_axis(v, k[..., None], -1)[..., 0]
    return y, (k, x.shape, pool_size, strides)


def max_pool2d_backward(dy, cache):
    """Return dx."""
    k, shape, (kh, kw), (sh, sw) = cache
    a, b, p, q = np.indices(k.shape)
    dx = np.zeros(shape)
    dx[a, b, p * sh + k // kw, q * sw + k % kw] += dy
    return dx
