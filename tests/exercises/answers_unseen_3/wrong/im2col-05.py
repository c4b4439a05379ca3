import numpy as np
from numpy.lib.stride_tricks import as_strided


def im2col(x, kh, kw, sh, sw):
    n, c, h, w = x.shape
    h_out = (h - kh) // sh + 1
    w_out = (w - kw) // sw + 1
    b = x.itemsize
    pixel, line, plane, image = b, w * b, h * w * b, c * h * w * b
    view = as_strided(x, shape=(n, c, kh, kw, h_out, w_out),
                      strides=(image, plane, line, pixel, sh * line, sw * pixel), writeable=False)
    return view.reshape(n, c * kh * kw, h_out * w_out).copy()
