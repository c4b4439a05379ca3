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

import numpy as np


def same_padding(size, k, s):
    """Return before, after by formula (2), for an axis of length size, a kernel's k and a stride s."""
    out = size // s
    total = max((out - 1) * s + k - size, 0)
    before = total // 2
    return before, total - before


def conv2d_forward(x, kernel, bias, strides=(1, 1), padding="valid"):
    """Return y, cache: y by formula (3), and whatever conv2d_backward needs; padding is "valid" or "same"."""
    sh, sw = strides
    kh, kw = kernel.shape[2:]
    if padding == "same":
        ph = same_padding(x.shape[2], kh, sh)
        pw = same_padding(x.shape[3], kw, sw)
    else:
        ph = pw = (0, 0)
    xp = np.pad(x, ((0, 0), (0, 0), ph, pw))
    h_out = (xp.shape[2] - kh) // sh + 1
    w_out = (xp.shape[3] - kw) // sw + 1
    y = np.zeros((len(x), len(kernel), h_out, w_out)) + bias[:, None, None]
    # one entry of the kernel after the other
    for i in range(kh):
        for j in range(kw):
            part = xp[:, :, i : i + h_out * sh : sh, j : j + w_out * sw : sw][:, :, :h_out, :w_out]
            y += np.einsum("ncpq,oc->nopq", part, kernel[:, :, i, j])
    return y, (xp, kernel, strides, ph, pw, x.shape)


def conv2d_backward(dy, cache):
    """Return dx, dkernel, dbias, in this order, by formulas (4), (5) and (6)."""
    xp, kernel, (sh, sw), ph, pw, shape = cache
    kh, kw = kernel.shape[2:]
    h_out, w_out = dy.shape[2:]
    dxp = np.zeros(xp.shape)
    dkernel = np.zeros(kernel.shape)
    for i in range(kh):
        for j in range(kw):
            rows = slice(i, i + (h_out - 1) * sh + 1, sh)
            cols = slice(j, j + (w_out - 1) * sw + 1, sw)
            dxp[:, :, rows, cols] += np.einsum("nopq,oc->ncpq", dy, kernel[:, :, i, j])
            dkernel[:, :, i, j] = np.einsum("nopq,ncpq->oc", dy, xp[:, :, rows, cols])
    dx = dxp[:, :, ph[0] : ph[0] + shape[2], pw[0] : pw[0] + shape[3]]
    return dx, dkernel, dy.sum(axis=(0, 2, 3))
