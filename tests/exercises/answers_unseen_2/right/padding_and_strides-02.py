"""Exercise 13 without a padded image: a window's places outside the image are skipped."""

import numpy as np


def out_and_padding(size, k, s, padding):
    if padding == "valid":
        return (size - k) // s + 1, 0, 0
    out = -(-size // s)
    lacking = max((out - 1) * s + k - size, 0)
    return out, lacking // 2, -(-lacking // 2)


def same_padding(size, k, s):
    return out_and_padding(size, k, s, "same")[1:]


def overlap(i, s, before, size, out):
    """Slices of the positions for which place i lies inside the image, and of the pixels there."""
    inside = [p for p in range(out) if 0 <= p * s + i - before < size]
    if not inside:
        return None
    first, last = inside[0], inside[-1]
    a = first * s + i - before
    return slice(first, last + 1), slice(a, a + (last - first) * s + 1, s)


def places(x_shape, k_shape, strides, padding):
    (ho, top, _), (wo, left, _) = (
        out_and_padding(x_shape[2 + a], k_shape[2 + a], strides[a], padding) for a in range(2)
    )
    for i in range(k_shape[2]):
        for j in range(k_shape[3]):
            r = overlap(i, strides[0], top, x_shape[2], ho)
            c = overlap(j, strides[1], left, x_shape[3], wo)
            if r and c:
                yield i, j, (..., r[0], c[0]), (..., r[1], c[1])


def conv2d_forward(x, kernel, bias, strides=(1, 1), padding="valid"):
    ho = out_and_padding(x.shape[2], kernel.shape[2], strides[0], padding)[0]
    wo = out_and_padding(x.shape[3], kernel.shape[3], strides[1], padding)[0]
    y = np.empty((len(x), len(kernel), ho, wo), dtype=np.result_type(x, kernel, bias))
    y[...] = bias[:, None, None]
    for i, j, at_y, at_x in places(x.shape, kernel.shape, strides, padding):
        y[at_y] += np.moveaxis(np.tensordot(kernel[:, :, i, j], x[at_x], (1, 1)), 0, 1)
    return y, (x, kernel, strides, padding)


def conv2d_backward(dy, cache):
    x, kernel, strides, padding = cache
    dx = np.zeros(x.shape, dtype=np.result_type(dy, kernel))
    dkernel = np.zeros(kernel.shape, dtype=np.result_type(dy, x))
    for i, j, at_y, at_x in places(x.shape, kernel.shape, strides, padding):
        d = dy[at_y]
        dx[at_x] += np.moveaxis(np.tensordot(kernel[:, :, i, j], d, (0, 1)), 0, 1)
        dkernel[:, :, i, j] = np.tensordot(d, x[at_x], ((0, 2, 3), (0, 2, 3)))
    return dx, dkernel, dy.sum((0, 2, 3))
