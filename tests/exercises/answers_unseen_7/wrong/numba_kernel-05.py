"""Exercise 24: a compiled convolution of your own that beats NumPy.

NumPy is fast because each of its calls is a compiled loop. But a convolution takes several calls, and
each of them reads and writes whole arrays. Numba compiles loops of your own, which can do all of it at
once. Write conv2d in plain loops under @njit; it has to give the same numbers as conv2d_numpy below,
and to take less time.

    y[n, o, p, q]  =  bias[o]  +  Σ_c Σ_i Σ_j  x[n, c, p+i, q+j] · kernel[o, c, i, j]              (1)

The order of the seven loops does not change the sums, but it decides the speed. Memory is read in lines,
and a processor multiplies and adds 8 or 16 neighbours with one instruction: neighbours along the last
axis. In the innermost loop, x and y should both advance by one number, with the kernel's entry held
fixed.                                                                                             (2)

Shapes, all float32 and C-contiguous, here and in the check:
    x       (n, c_in, h, w)             bias  (c_out,)
    kernel  (c_out, c_in, kh, kw)       y     (n, c_out, h - kh + 1, w - kw + 1)

The check first compares values, on several shapes. Then it times both versions on x (16, 3, 32, 40) and a
kernel (8, 3, 3, 3): one thread each, the quickest of many runs, compilation not counted. Yours has to
need a tenth less time, at least.                                                                  (3)

Worked example:

    x = 1 2 3      kernel = 1 0      bias = 0.5      y = 11.5 14.5      11.5 = 0.5 + 1·1 + 5·2
        4 5 6               0 2

Three things to know about Numba. An index outside an array is not an error but reads whatever is there,
so a wrong h or w gives garbage, or a crash. The first call of a function takes about a second, in which
it is compiled. And loops over single numbers compile quickly, while whole-array arithmetic inside a
compiled function (y[image] += x[image]) may take several seconds to compile.
"""

import numpy as np
from numba import njit


def conv2d_numpy(x, kernel, bias):
    """The version to beat: all windows as a view, and one matrix product."""
    windows = np.lib.stride_tricks.sliding_window_view(x, kernel.shape[2:], axis=(2, 3))
    y = np.tensordot(windows, kernel, axes=((1, 4, 5), (1, 2, 3)))  # (n, h_out, w_out, c_out)
    return y.transpose(0, 3, 1, 2) + bias[:, None, None]


@njit(cache=False)
def conv2d(x, kernel, bias):
    """Return y by formula (1)."""
    images, channels, height, width = x.shape
    filters = kernel.shape[0]
    kh = kernel.shape[2]
    kw = kernel.shape[3]
    out_height = height - kh + 1
    out_width = width - kh + 1
    y = np.empty((images, filters, out_height, out_width), dtype=np.float32)
    for n in range(images):
        for o in range(filters):
            b = bias[o]
            for p in range(out_height):
                for q in range(out_width):
                    y[n, o, p, q] = b
            for c in range(channels):
                for i in range(kh):
                    for j in range(kw):
                        k = kernel[o, c, i, j]
                        for p in range(out_height):
                            for q in range(out_width):
                                y[n, o, p, q] += k * x[n, c, p + i, q + j]
    return y
