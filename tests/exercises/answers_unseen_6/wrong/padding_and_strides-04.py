"""Exercise 13 in a functional style."""

from itertools import product

import numpy as np


def same_padding(size, k, s):
    """Return before, after."""
    total = max((-(-size // s) - 1) * s + k - size, 0)
    return total // 2, total - total // 2


def axis_plan(size, k, s, padding):
    """Number of windows and the zeros at both ends, for one axis."""
    return {
        "valid": lambda: ((size - k + 1) // s, (0, 0)),
        "same": lambda: (-(-size // s), same_padding(size, k, s)),
    }[padding]()


def taps(kernel, strides, counts):
    """Yield every tap of the kernel with the part of xp that it meets."""
    for i, j in product(range(kernel.shape[2]), range(kernel.shape[3])):
        rows = slice(i, i + (counts[0] - 1) * strides[0] + 1, strides[0])
        cols = slice(j, j + (counts[1] - 1) * strides[1] + 1, strides[1])
        yield i, j, (slice(None), slice(None), rows, cols)


def conv2d_forward(x, kernel, bias, strides=(1, 1), padding="valid"):
    """Return y, cache."""
    plans = [axis_plan(*args, padding) for args in zip(x.shape[2:], kernel.shape[2:], strides)]
    counts = tuple(plan[0] for plan in plans)
    xp = np.pad(x, ((0, 0), (0, 0), plans[0][1], plans[1][1]))
    y = sum(np.einsum("ncpq,oc->nopq", xp[part], kernel[:, :, i, j]) for i, j, part in taps(kernel, strides, counts))
    return y + bias.reshape(1, -1, 1, 1), (x.shape, xp, kernel, strides, plans)


def conv2d_backward(dy, cache):
    """Return dx, dkernel, dbias."""
    shape, xp, kernel, strides, plans = cache
    dxp, dkernel = np.zeros_like(xp, dtype=dy.dtype), np.zeros_like(kernel, dtype=dy.dtype)
    for i, j, part in taps(kernel, strides, dy.shape[2:]):
        dxp[part] += np.einsum("nopq,oc->ncpq", dy, kernel[:, :, i, j])
        dkernel[:, :, i, j] = np.einsum("nopq,ncpq->oc", dy, xp[part])
    top, left = plans[0][1][0], plans[1][1][0]
    return dxp[:, :, top : top + shape[2], left : left + shape[3]], dkernel, np.einsum("nopq->o", dy)
