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


class Geometry:
    """Everything about one axis."""

    def __init__(self, size, k, s, padding):
        self.size, self.k, self.s = size, k, s
        self.before, self.after = same_padding(size, k, s) if padding == "same" else (0, 0)
        self.padded = size + self.before + self.after
        self.out = (self.padded - k) // s + 1

    def at(self, i):
        """The slice of the padded axis that meets the kernel's entry i."""
        return slice(i, i + (self.out - 1) * self.s + 1, self.s)

    @property
    def inner(self):
        return slice(self.before, self.before + self.size)


def same_padding(size, k, s):
    """Return before, after by formula (2), for an axis of length size, a kernel's k and a stride s."""
    total = ((size + s - 1) // s - 1) * s + k - size
    if total < 0:
        total = 0
    return total // 2, (total + 1) // 2


def conv2d_forward(x, kernel, bias, strides=(1, 1), padding="valid"):
    """Return y, cache: y by formula (3), and whatever conv2d_backward needs; padding is "valid" or "same"."""
    rows = Geometry(x.shape[2], kernel.shape[2], strides[0], padding)
    cols = Geometry(x.shape[3], kernel.shape[3], strides[1], padding)
    xp = np.zeros(x.shape[:2] + (rows.padded, cols.padded), dtype=x.dtype)
    xp[:, :, rows.inner, cols.inner] = x
    y = 0
    for i in range(rows.k):
        for j in range(cols.k):
            # (c_out, c_in) @ (n, c_in, pixels)
            seen = xp[:, :, rows.at(i), cols.at(j)].reshape(*x.shape[:2], -1)
            y = y + kernel[:, :, i, j] @ seen
    y = y.reshape(x.shape[0], kernel.shape[0], rows.out, cols.out) + bias.reshape(-1, 1, 1)
    return y, (xp, kernel, rows, cols)


def conv2d_backward(dy, cache):
    """Return dx, dkernel, dbias, in this order, by formulas (4), (5) and (6)."""
    xp, kernel, rows, cols = cache
    dxp = np.zeros(xp.shape, dtype=np.result_type(dy, kernel))
    dkernel = np.zeros(kernel.shape, dtype=np.result_type(dy, xp))
    for i, j in np.ndindex(rows.k, cols.k):
        place = (slice(None), slice(None), rows.at(i), cols.at(j))
        dxp[place] += np.moveaxis(np.tensordot(dy, kernel[:, :, i, j], axes=(1, 0)), -1, 1)
        dkernel[:, :, i, j] = np.tensordot(dy, xp[place], axes=((0, 2, 3), (0, 2, 3)))
    return dxp[:, :, rows.inner, cols.inner], dkernel, np.add.reduce(dy, axis=(0, 2, 3))
