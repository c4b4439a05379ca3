"""Exercise 13: a convolution with "same" padding and strides.

The convolution of exercise 12 shrinks the image, and looks at every position. An encoder wants neither:
"same" padding puts zeros around the image, so that the size of y depends on the stride alone, and a
stride of 2 looks at every second position only and halves the image.

strides is (sh, sw): sh steps down the rows, sw along the columns; the two may differ. Both axes are
worked out alike, each from its own numbers. The size of y:

    "valid"    h_out = floor((h - kh) / sh) + 1         only windows that fit; no padding
    "same"     h_out = ceil(h / sh)                     one window for every stride begun          (1)

The padding of "same" is what the last window lacks, shared between both ends. Where it is odd, the
odd pixel goes to the end: to the bottom, or to the right.

    total = max((h_out - 1) · sh + kh - h, 0)     before = floor(total / 2)     after = total - before   (2)

Let xp be x with that many zeros around it. A step of one in y is a step of sh or sw in xp; apart from
that everything is as in exercise 12:

    y[n, o, p, q]  =  bias[o]  +  Σ_c Σ_i Σ_j  xp[n, c, p·sh + i, q·sw + j] · kernel[o, c, i, j]   (3)

    dxp[n, c, p·sh + i, q·sw + j]  +=  Σ_o  dy[n, o, p, q] · kernel[o, c, i, j]                    (4)
    dkernel[o, c, i, j]  =  Σ_n Σ_p Σ_q  dy[n, o, p, q] · xp[n, c, p·sh + i, q·sw + j]             (5)
    dbias[o]             =  Σ_n Σ_p Σ_q  dy[n, o, p, q]                                            (6)

(4) adds, starting from dxp = 0, and dx is the part of dxp that is no padding.

Shapes:
    x       (n, c_in, h, w)             dx like x
    kernel  (c_out, c_in, kh, kw)       dkernel like kernel
    bias    (c_out,)                    dbias like bias
    y       (n, c_out, h_out, w_out)    dy like y

Worked example: x of 2 by 3, a kernel of 2 by 2, bias 0.5, strides (1, 2), "same". For the rows
same_padding(2, 2, 1) is (0, 1), for the columns same_padding(3, 2, 2) is (0, 1), too:

    x = 1 2 3     xp = 1 2 3 0     kernel = 1 0     y = 11.5  3.5       11.5 = 0.5 + 1·1 + 5·2
        4 5 6          4 5 6 0              0 2          4.5  6.5
                       0 0 0 0

    dy =   1   10     dx =   1  0   10     dkernel = 6431  502     dbias = 1111
         100 1000          100  2 1000                 64    5     64 = 1·4 + 10·6
"""

from typing import NamedTuple

import numpy as np


class Cache(NamedTuple):
    xp: np.ndarray
    kernel: np.ndarray
    strides: tuple
    first_row: int
    first_col: int
    x_shape: tuple


def same_padding(size: int, k: int, s: int) -> tuple:
    """Return before, after by formula (2), for an axis of length size, a kernel's k and a stride s."""
    h_out = (size + s - 1) // s
    total = max((h_out - 1) * s + k - size, 0)
    before = total // 2
    after = total - before
    return before, after


def conv2d_forward(x, kernel, bias, strides=(1, 1), padding="valid"):
    """Return y, cache: y by formula (3), and whatever conv2d_backward needs; padding is "valid" or "same"."""
    pads = [(0, 0), (0, 0), (0, 0), (0, 0)]
    if padding == "same":
        for axis in (0, 1):
            pads[2 + axis] = same_padding(x.shape[2 + axis], kernel.shape[2], strides[axis])
    xp = np.pad(x, pads)
    kh, kw = kernel.shape[2:]
    h_out = (xp.shape[2] - kh) // strides[0] + 1
    w_out = (xp.shape[3] - kw) // strides[1] + 1
    y = np.zeros((x.shape[0], kernel.shape[0], h_out, w_out))
    for i in range(kh):
        for j in range(kw):
            seen = xp[:, :, i::strides[0], j::strides[1]][:, :, :h_out, :w_out]
            y += np.einsum("ncpq,oc->nopq", seen, kernel[:, :, i, j])
    y += bias[None, :, None, None]
    return y, Cache(xp, kernel, strides, pads[2][0], pads[3][0], x.shape)


def conv2d_backward(dy, cache: Cache):
    """Return dx, dkernel, dbias, in this order, by formulas (4), (5) and (6)."""
    kernel, xp = cache.kernel, cache.xp
    sh, sw = cache.strides
    h_out, w_out = dy.shape[2:]
    dkernel, dxp = np.zeros_like(kernel), np.zeros_like(xp)
    for i in range(kernel.shape[2]):
        for j in range(kernel.shape[3]):
            # slices of a slice are views, so += works on dxp itself
            target = dxp[:, :, i::sh, j::sw][:, :, :h_out, :w_out]
            target += np.einsum("nopq,oc->ncpq", dy, kernel[:, :, i, j])
            dkernel[:, :, i, j] = np.einsum("nopq,ncpq->oc", dy, xp[:, :, i::sh, j::sw][:, :, :h_out, :w_out])
    a, b = cache.first_row, cache.first_col
    dx = dxp[:, :, a : a + cache.x_shape[2], b : b + cache.x_shape[3]]
    return dx, dkernel, np.einsum("nopq->o", dy)
