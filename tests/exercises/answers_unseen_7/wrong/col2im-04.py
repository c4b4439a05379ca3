import numpy as np


def col2im(columns, shape, kh, kw, sh, sw):
    n, c, h, w = shape
    h_out, w_out = 1 + (h - kh) // sh, 1 + (w - kw) // sw
    # channel to the front, like in the image
    parts = np.einsum("nijcpq->ncijpq", columns.reshape(n, kh, kw, c, h_out, w_out))
    x = np.zeros((n, c, h, w), columns.dtype)
    for i, j in np.ndindex(kh, kw):
        target = x[:, :, i::sh, j::sw]          # a view
        target[:, :, :h_out, :w_out] += parts[:, :, i, j]
    return x
