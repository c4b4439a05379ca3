import numpy as np


def col2im(columns, shape, kh, kw, sh, sw):
    n, c, h, w = shape
    rows_out, cols_out = (h - kh) // sh + 1, (w - kw) // sw + 1
    # the flat index of the pixel that each entry of columns was copied from
    ch, i, j, p, q = np.indices((c, kh, kw, rows_out, cols_out))
    source = (ch * h + p * sh + i) * w + q * sw + j
    x = np.zeros((n, c * h * w), columns.dtype)
    for image in range(n):
        np.add.at(x[image], source.ravel(), columns[image].ravel())
    return x.reshape(shape)
