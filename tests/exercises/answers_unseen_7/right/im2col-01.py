"""Exercise 10: im2col, which turns a convolution into a matrix product.

A convolution slides a window of kh rows and kw columns over an image, sh rows down and sw columns
to the right at a time. im2col writes down what the window sees: one column for each position of
the window, one row for each place inside it. The window never leaves the image, so it has this
many positions:

    h_out = (h - kh) // sh + 1              w_out = (w - kw) // sw + 1                         (1)

Position (p, q), p down and q to the right, starts at the pixel (p · sh, q · sw). So

    columns[image, row(c, i, j), position(p, q)]  =  x[image, c, p·sh + i, q·sw + j]           (2)

where 0 <= i < kh and 0 <= j < kw. Rows are counted with the channel c slowest, then i, and j
fastest; positions with p slow and q fast: the order in which reshape counts.                  (3)

    row(c, i, j)   = (c · kh + i) · kw + j              position(p, q) = p · w_out + q

Shapes:
    x        (n, c, h, w)           n images with c channels
    columns  (n, c · kh · kw, h_out · w_out)

Worked example, n = c = 1, h = 3, w = 4, a window of kh = 2 by kw = 3, strides 1. It has four
positions:

       x              (0,0)    (0,1)     (1,0)      (1,1)          columns
    1  2  3  4        1 2 3    2 3 4    5  6  7    6  7  8      [ 1  2  5  6 ]    row (0,0,0)
    5  6  7  8        5 6 7    6 7 8    9 10 11   10 11 12      [ 2  3  6  7 ]    row (0,0,1)
    9 10 11 12                                                  [ 3  4  7  8 ]    row (0,0,2)
                                                                [ 5  6  9 10 ]    row (0,1,0)
                                                                [ 6  7 10 11 ]    row (0,1,1)
                                                                [ 7  8 11 12 ]    row (0,1,2)

A way that needs no loop over pixels: loop over i and j only. For a fixed (i, j), the pixels that
all positions see at that place are one slice of x with a step.
"""

import numpy as np


def im2col(x, kh, kw, sh, sw):
    """Return columns, by formula (2), for a window of (kh, kw) that moves by (sh, sw)."""
    n, c, h, w = x.shape
    h_out = (h - kh) // sh + 1
    w_out = (w - kw) // sw + 1
    # take the numbers of the rows and of the columns apart, then let them meet
    channel, i, j = np.unravel_index(np.arange(c * kh * kw), (c, kh, kw))
    p, q = np.unravel_index(np.arange(h_out * w_out), (h_out, w_out))
    return x[:, channel[:, None], i[:, None] + sh * p, j[:, None] + sw * q]
