import numpy as np


def col2im(columns, shape, kh, kw, sh, sw):
    n, c, h, w = shape
    h_out = (h - kh) // sh + 1
    w_out = (w - kw) // sw + 1
    x = np.zeros((n, c, h + 1, w), columns.dtype)
    for image in range(n):
        block = columns[image].reshape(c, kh, kw, h_out, w_out)
        for i in range(kh):
            for j in range(kw):
                for p in range(h_out):
                    for q in range(w_out):
                        x[0, :, p * sh + i + 1, q * sw + j] += block[:, i, j, p, q]
    return x[:, :, :h]
