"""Exercise 11: col2im, the way back of im2col, and so its gradient.

im2col copies: where windows overlap, one pixel lands in several places of columns. If the loss
moves with each of these places, it moves with the pixel by the sum of them all. So the gradient
of im2col takes columns (a gradient now, shaped like im2col's result) and adds every entry to the
pixel that it was copied from:

    x = 0 everywhere, then for every image, c, i, j, p, q:

    x[image, c, p·sh + i, q·sw + j]  +=  columns[image, row(c, i, j), position(p, q)]          (1)

with rows and positions counted as in exercise 10:

    row(c, i, j)   = (c · kh + i) · kw + j              position(p, q) = p · w_out + q         (2)
    h_out = (h - kh) // sh + 1                          w_out = (w - kw) // sw + 1             (3)

The sum is not divided by anything: col2im is not the inverse of im2col but its adjoint (its
transpose, if both are written as matrices). That is a test that you can run:

    (im2col(x, ...) * columns).sum()  =  (x * col2im(columns, x.shape, ...)).sum()             (4)

Shapes:
    columns  (n, c · kh · kw, h_out · w_out)
    shape    (n, c, h, w), the shape of the result: columns alone cannot tell it, since a stride
             may leave pixels at the lower or right border that no window saw. They get 0.

Worked example, shape = (1, 1, 3, 4), a window of kh = 2 by kw = 3, strides 1, h_out = w_out = 2.
On the left, columns that are all 1: every pixel counts the windows that see it. On the right, one
1 in row (0, 1, 0), position (0, 1).

    all ones:     1 2 2 1              one 1:     0 0 0 0
                  2 4 4 2                         0 1 0 0      at (p·sh + i, q·sw + j) = (1, 1)
                  1 2 2 1                         0 0 0 0

As in exercise 10, a loop over i and j is enough: for a fixed (i, j) no two positions meet in one
pixel.
"""

import numpy as np


def col2im(columns, shape, kh, kw, sh, sw):
    """Return x of the given shape, by formula (1)."""
    n, c, h, w = shape
    h_out = (h - kh) // sh + 1
    w_out = (w - kw) // sw + 1
    cols = columns.reshape(n, c, kh, kw, h_out, w_out)
    x = np.zeros(shape)
    seen = np.zeros((h, w))
    for p in range(h_out):
        for q in range(w_out):
            rows = slice(p * sh, p * sh + kh)
            cls = slice(q * sw, q * sw + kw)
            x[:, :, rows, cls] += cols[:, :, :, :, p, q]
            seen[rows, cls] += 1
    # so that im2col followed by col2im gives the image again
    return x / np.maximum(seen, 1)
