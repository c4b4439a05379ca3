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

import itertools

import numpy as np


def _looks(shape, pool_size, strides):
    """Yield, in reading order, for each place of the window the slice of x that all windows have there."""
    spans = [range(0, size - k + 1, s) for size, k, s in zip(shape[2:], pool_size, strides)]
    last = [span[-1] for span in spans]
    for i, j in itertools.product(range(pool_size[0]), range(pool_size[1])):
        yield np.s_[:, :, i : last[0] + i + 1 : strides[0], j : last[1] + j + 1 : strides[1]]


def max_pool2d_forward(x, pool_size, strides):
    y = None
    for number, look in enumerate(_looks(x.shape, pool_size, strides)):
        if y is None:
            y = x[look].copy()
            who = np.zeros(y.shape, dtype=np.intp)
            continue
        better = x[look] > y  # strictly: an equal that comes later does not win
        who[better] = number
        np.copyto(y, x[look], where=better)
    return y, {"shape": x.shape, "who": who, "pool_size": pool_size, "strides": strides}


def max_pool2d_backward(dy, cache):
    who = cache["who"]
    dx = np.zeros(cache["shape"], dtype=dy.dtype)
    for number, look in enumerate(_looks(dx.shape, cache["pool_size"], cache["strides"])):
        dx[look] += dy * (who == number)
    return dx
