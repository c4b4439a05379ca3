"""Exercise 16: the transposed convolution, in which a convolution's gradient becomes a forward pass.

A convolution collects: each pixel of y looks at a window of x. Its transpose scatters: each pixel of x
stamps the kernel, multiplied by its value, onto y, and where stamps overlap, they add. With strides of
2 the stamps stand two pixels apart, and the image doubles its size:

    h_out = (h - 1) · sh + kh           w_out = (w - 1) · sw + kw                                  (1)

    y[n, o, a·sh + i, b·sw + j]  +=  Σ_c  x[n, c, a, b] · kernel[c, o, i, j]                       (2)
    y[n, o, p, q]  +=  bias[o]                        once for every pixel, at the end             (3)

(2) starts from y = 0 and runs over all a, b, i, j. Backward reads where forward wrote:

    dx[n, c, a, b]       =  Σ_o Σ_i Σ_j  dy[n, o, a·sh + i, b·sw + j] · kernel[c, o, i, j]         (4)
    dkernel[c, o, i, j]  =  Σ_n Σ_a Σ_b  x[n, c, a, b] · dy[n, o, a·sh + i, b·sw + j]              (5)
    dbias[o]             =  Σ_n Σ_p Σ_q  dy[n, o, p, q]            over all pixels of y            (6)

Shapes (mind the kernel, whose first axis is the channel that comes in):
    x       (n, c_in, h, w)             dx like x
    kernel  (c_in, c_out, kh, kw)       dkernel like kernel
    bias    (c_out,)                    dbias like bias
    y       (n, c_out, h_out, w_out)    dy like y

Worked example, strides (2, 1), one channel in and one out:

    x = 1 2      kernel = 1 2      stamps  1 2 .     . 2 4      bias = 0.5      y = 1.5  4.5 4.5
                          3 4              3 4 .     . 6 8                          3.5 10.5 8.5

    dy = 1 10  100      dx = 21 4210      dkernel = 21  210      dbias = 1111
         0  0 1000                                   0 2000      21 = 1·1 + 10·2 + 0·3 + 0·4
"""

import numpy as np


def _pixels(a, b, i, j, strides):
    """The row and the column that entry i, j of the stamp of pixel a, b falls on."""
    return a * strides[0] + i, b * strides[1] + j


def conv2d_transpose_forward(x, kernel, bias, strides):
    """Return y, cache: y by formulas (2) and (3), and whatever conv2d_transpose_backward needs."""
    h, w = x.shape[2:]
    kh, kw = kernel.shape[2:]
    last_row, last_col = _pixels(h - 1, w - 1, kh - 1, kw - 1, strides)
    y = np.zeros((len(x), kernel.shape[1], last_row + 1, last_col + 1), dtype=np.result_type(x, kernel, bias))
    place = np.ix_(range(h), range(w), range(kh), range(kw))
    rows, cols = _pixels(*place, strides)
    stamps = np.einsum("ncab,coij->noabij", x, kernel)
    np.add.at(y, (slice(None), slice(None), rows, cols), stamps)
    y += bias[:, None, None]
    return y, {"x": x, "kernel": kernel, "rows": rows, "cols": cols}


def conv2d_transpose_backward(dy, cache):
    """Return dx, dkernel, dbias, in this order, by formulas (4), (5) and (6)."""
    dstamps = dy[:, :, cache["rows"], cache["cols"]]  # n o a b i j
    dx = np.einsum("noabij,coij->ncab", dstamps, cache["kernel"])
    dkernel = np.einsum("noabij,ncab->coij", dstamps, cache["x"])
    return dx, dkernel, np.einsum("nopq->o", dy)
