import numpy as np


def col2im(columns, shape, kh, kw, sh, sw):
    n, c, h, w = shape
    ho, wo = (h - kh) // sh + 1, (w - kw) // sw + 1
    patches = columns.reshape(n, c, kh, kw, ho, wo).transpose(4, 5, 0, 1, 2, 3)
    # from the upper left corner of the first window to the lower right corner of the last one
    x = np.zeros((n, c, (ho - 1) * sh + kh, (wo - 1) * sw + kw), columns.dtype)
    for p, line in enumerate(patches):
        for q, patch in enumerate(line):
            x[:, :, p * sh:p * sh + kh, q * sw:q * sw + kw] += patch
    return x
