"""Exercise 14: max-pooling, with windows that may overlap and values that may tie.

Of every window the largest value stays, and the rest is thrown away. pool_size is (kh, kw) and strides
(sh, sw); the window of y[n, c, p, q] has its upper left corner at row p·sh and column q·sw. There is
no padding, so only windows that fit count:

    h_out = floor((h - kh) / sh) + 1           w_out = floor((w - kw) / sw) + 1                    (1)

    y[n, c, p, q]  =  max over i < kh, j < kw of  x[n, c, p·sh + i, q·sw + j]                      (2)

Where sh < kh or sw < kw the windows overlap; where sh > kh, some rows are seen by none. The winner of a
window is the place (i*, j*) of its maximum. Where several are equally large, it is the first of them
in reading order, row by row and each row from the left: one winner for every window, never two.   (3)

On the way back only the winner gets a gradient, since to wiggle a loser changes nothing. Who wins
several windows collects from all of them:

    dx[n, c, p·sh + i*, q·sw + j*]  +=  dy[n, c, p, q]            all other entries stay 0         (4)

Shapes:
    x   (n, c, h, w)             dx like x
    y   (n, c, h_out, w_out)     dy like y

Worked example, pool_size (2, 2), strides (1, 1):

    x = 1 5 2      windows   1 5   5 2      y = 5 5      dy = 10 1      dx = 0 11 0
        5 3 4                5 3   3 4                                       0  0 0

The first window holds two fives. The upper one comes first in reading order and wins; it wins the
second window too, and gets 10 + 1. The lower one gets nothing.
"""

import numpy as np


def max_pool2d_forward(x, pool_size, strides):
    """Return y, cache: y by formula (2), and whatever max_pool2d_backward needs."""
    kh, kw = pool_size
    sh, sw = strides
    n, c, h, w = x.shape
    h_out, w_out = (h - kh) // sh + 1, (w - kw) // sw + 1
    # flat[p, q, k]: the pixel of an image (read as one long row) that is number k of the window p, q
    corner = np.arange(h_out)[:, None] * sh * w + np.arange(w_out) * sw
    offset = (np.arange(kh)[:, None] * w + np.arange(kw)).ravel()
    flat = corner[:, :, None] + offset
    values = x.reshape(n, c, h * w)[:, :, flat]
    k = values.argmax(axis=-1)
    y = np.take_along_axis(values, k[..., None], axis=-1)[..., 0]
    winner = corner + offset[k]
    return y, (x.shape, winner)


def max_pool2d_backward(dy, cache):
    """Return dx by formula (4)."""
    (n, c, h, w), winner = cache
    images = np.arange(n * c).reshape(n, c, 1, 1) * (h * w)
    dx = np.bincount((images + winner).ravel(), weights=dy.ravel(), minlength=n * c * h * w)
    return dx.reshape(n, c, h, w).astype(dy.dtype)
