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

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def same_padding(size, k, s):
    lacking = (math.ceil(size / s) - 1) * s + k - size
    if lacking <= 0:
        return 0, 0
    return lacking // 2, (lacking + 1) // 2


class _Axis:
    """All numbers of one axis: what is padded, and which pixels each window sees."""

    def __init__(self, size, k, s, padding):
        self.size = size
        self.before, self.after = same_padding(size, k, s) if padding == "same" else (0, 0)
        self.padded = size + self.before + self.after
        self.starts = np.arange(0, self.padded - k + 1, s)
        self.index = self.starts[:, None] + np.arange(k)  # (out, k)
        self.inner = slice(self.before, self.before + size)


def conv2d_forward(x, kernel, bias, strides=(1, 1), padding="valid"):
    """Cut out every window and contract it with the kernel."""
    rows, cols = (_Axis(x.shape[2 + a], kernel.shape[2 + a], strides[a], padding) for a in (0, 1))
    xp = np.zeros(x.shape[:2] + (rows.padded, cols.padded), x.dtype)
    xp[:, :, rows.inner, cols.inner] = x
    windows = sliding_window_view(xp, kernel.shape[2:], axis=(2, 3))[:, :, :: strides[0], :: strides[1]]
    y = np.tensordot(windows, kernel, axes=([1, 4, 5], [1, 2, 3])) + bias
    return np.moveaxis(y, -1, 1), dict(windows=windows, kernel=kernel, rows=rows, cols=cols)


def conv2d_backward(dy, cache):
    """Three contractions; dx is put together by np.add.at, since windows overlap."""
    windows, kernel, rows, cols = cache["windows"], cache["kernel"], cache["rows"], cache["cols"]
    dkernel = np.tensordot(dy, windows, axes=([0, 2, 3], [0, 2, 3]))
    stamps = np.tensordot(dy, kernel, axes=([1], [0]))  # n, p, q, c, i, j
    stamps = stamps.transpose(0, 3, 1, 4, 2, 5)  # n, c, p, i, q, j
    dxp = np.zeros(dy.shape[:1] + kernel.shape[1:2] + (rows.padded, cols.padded), stamps.dtype)
    np.add.at(dxp, (slice(None), slice(None), rows.index[:, :, None, None], cols.index), stamps)
    return dxp[:, :, rows.inner, cols.inner], dkernel, np.einsum("nopq->o", dy)
