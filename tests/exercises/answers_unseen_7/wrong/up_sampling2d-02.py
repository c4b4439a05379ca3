"""Exercise 15: upsampling by repetition, the decoder's way to make images larger.

Every pixel becomes a block of sh by sw equal pixels; size is (sh, sw):

    y[n, c, p, q]  =  x[n, c, floor(p / sh), floor(q / sw)]                                        (1)

What was copied on the way out is added up on the way back: the loss feels a pixel of x through every
one of its copies.

    dx[n, c, a, b]  =  Σ_i<sh Σ_j<sw  dy[n, c, a·sh + i, b·sw + j]                                 (2)

Shapes:
    x   (n, c, h, w)             dx like x
    y   (n, c, h·sh, w·sw)       dy like y

Worked example, size (2, 3):

    x = 1 2      y = 1 1 1 2 2 2      dy = 1 2 3  10 20 30      dx = 21 210
                     1 1 1 2 2 2           4 5 6  40 50 60                21 = 1+2+3+4+5+6
"""

import numpy as np


def up_sampling2d_forward(x, size):
    """Return y, cache: y by formula (1), and whatever up_sampling2d_backward needs."""
    y = x.repeat(size[0], axis=2).repeat(size[1], axis=3)
    return y, size


def up_sampling2d_backward(dy, cache):
    """Return dx by formula (2)."""
    sh, sw = cache
    n, c, H, W = dy.shape
    blocks = dy.reshape(n, c, H // sh, sh, W // sw, sw)
    return blocks.mean(axis=(3, 5))
