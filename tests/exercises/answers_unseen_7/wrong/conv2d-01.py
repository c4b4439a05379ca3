"""Exercise 12: the convolution, forward and backward.

Each of c_out filters, a little stack of c_in images of kh by kw numbers, slides over the image;
at each position it is multiplied with what it sees, and everything is added up. The window never
leaves the image ("valid") and moves one pixel at a time. As in every framework the kernel is not
flipped (it is a cross-correlation):

    y[n, o, p, q]  =  bias[o]  +  Σ_c Σ_i Σ_j  x[n, c, p+i, q+j] · kernel[o, c, i, j]          (1)

For backward, ask again which entries of y an entry moves, and how fast. kernel[o, c, i, j] acts
in every image and at every position; the bias of a filter too; and a pixel is seen by up to kh ·
kw windows of every filter:

    dbias[o]             =  Σ_n Σ_p Σ_q  dy[n, o, p, q]                                        (2)
    dkernel[o, c, i, j]  =  Σ_n Σ_p Σ_q  dy[n, o, p, q] · x[n, c, p+i, q+j]                    (3)
    dx[n, c, p+i, q+j]  +=  Σ_o  dy[n, o, p, q] · kernel[o, c, i, j]       for all p, q, i, j  (4)

(4) adds, starting from dx = 0. Written for one pixel (a, b) it is

    dx[n, c, a, b]  =  Σ_o Σ_i Σ_j  dy[n, o, a-i, b-j] · kernel[o, c, i, j]

over those i, j for which (a-i, b-j) lies inside dy. The minus signs are what books mean by
"convolve with the flipped kernel": use (4) as it stands and nothing has to be flipped.

Shapes:
    x       (n, c_in, h, w)             dx like x
    kernel  (c_out, c_in, kh, kw)       dkernel like kernel
    bias    (c_out,)                    dbias like bias
    y       (n, c_out, h_out, w_out)    dy like y       h_out = h - kh + 1, w_out = w - kw + 1 (5)

Worked example, one image, one channel, one filter:

    x = 1 2 3      kernel = 1  2      bias = 10      y = 10 12     1·1 + 2·2 + 4·0 - 5·1 + 10 = 10
        4 5 6               0 -1

    dy = 1 2       dbias = 3     dkernel =  5  8     dx = 1  4  4      4 = 1·2 + 2·1, from
                                           14 17          0 -1 -2      two windows

Any way of computing it will do: loops over i and j with slices, your own im2col and col2im from
exercises 10 and 11 (copy them into this file), np.einsum, sliding_window_view.
"""

import numpy as np


def conv2d_forward(x, kernel, bias):
    """Return y, cache: y by formula (1), and whatever conv2d_backward needs."""
    n, c_in, h, w = x.shape
    c_out, _, kh, kw = kernel.shape
    h_out, w_out = h - kh + 1, w - kw + 1
    turned = kernel[:, :, ::-1, ::-1]
    y = np.zeros((n, c_out, h_out, w_out)) + bias[None, :, None, None]
    for i in range(kh):
        for j in range(kw):
            y += np.einsum("ncpq,oc->nopq", x[:, :, i:i + h_out, j:j + w_out], turned[:, :, i, j])
    return y, (x, kernel)


def conv2d_backward(dy, cache):
    """Return dx, dkernel, dbias, in this order, by formulas (4), (3) and (2)."""
    x, kernel = cache
    kh, kw = kernel.shape[2:]
    h_out, w_out = dy.shape[2:]
    dx = np.zeros(x.shape)
    dkernel = np.zeros(kernel.shape)
    for i in range(kh):
        for j in range(kw):
            dx[:, :, i:i + h_out, j:j + w_out] += np.einsum("nopq,oc->ncpq", dy, kernel[:, :, i, j])
            dkernel[:, :, i, j] = np.einsum("nopq,ncpq->oc", dy, x[:, :, i:i + h_out, j:j + w_out])
    return dx, dkernel, dy.sum(axis=(0, 2, 3))
