"""Max pooling: stack one shifted copy of x for every place in the window, then argmax."""

import numpy as np


def _offsets(pool_size):
    kh, kw = pool_size
    return [(i, j) for j in range(kw) for i in range(kh)]


def max_pool2d_forward(x, pool_size, strides):
    """Return y, cache."""
    (kh, kw), (sh, sw) = pool_size, strides
    h_out = 1 + (x.shape[2] - kh) // sh
    w_out = 1 + (x.shape[3] - kw) // sw
    layers = []
    for i, j in _offsets(pool_size):
        layers.append(x[:, :, i : i + sh * (h_out - 1) + 1 : sh, j : j + sw * (w_out - 1) + 1 : sw])
    stack = np.stack(layers)
    return stack.max(0), (stack.argmax(0), x.shape, pool_size, strides)


def max_pool2d_backward(dy, cache):
    """Return dx."""
    winner, shape, pool_size, (sh, sw) = cache
    h_out, w_out = dy.shape[2:]
    dx = np.zeros(shape)
    for number, (i, j) in enumerate(_offsets(pool_size)):
        part = dx[:, :, i : i + sh * (h_out - 1) + 1 : sh, j : j + sw * (w_out - 1) + 1 : sw]
        part += np.where(winner == number, dy, 0)
    return dx
