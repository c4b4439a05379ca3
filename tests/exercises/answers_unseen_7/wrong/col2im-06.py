import numpy as np


def col2im(columns, shape, kh, kw, sh, sw):
    n, c, h, w = shape
    h_out = (h - kh) // sh + 1
    w_out = (w - kw) // sw + 1
    x = np.zeros(shape, dtype=int)
    for image in range(n):
        for channel in range(c):
            for i in range(kh):
                for j in range(kw):
                    row = (channel * kh + i) * kw + j
                    for p in range(h_out):
                        for q in range(w_out):
                            x[image, channel, p + i, q * sw + j] += columns[image, row, p * w_out + q]
    return x
