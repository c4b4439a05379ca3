"""Exercise 10: im2col."""

import numpy as np


def im2col(x, kh, kw, sh, sw):
    n, c, h, w = x.shape
    ho = (h - kh) // sh + 1
    wo = (w - kw) // sw + 1
    pieces = []
    for i in range(kh):
        for j in range(kw):
            piece = x[:, :, i:i + sh * ho:sh, j:j + sw * wo:sw]
            pieces.append(piece.reshape(n, c, ho * wo))
    return np.concatenate(pieces, axis=1)
