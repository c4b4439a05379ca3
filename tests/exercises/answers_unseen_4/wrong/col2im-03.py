"""Exercise 11: col2im, the way back of im2col, and so its gradient."""

import numpy as np


def col2im(columns, shape, kh, kw, sh, sw):
    """im2col of one channel is a matrix of 0 and 1, so undo it as a matrix."""
    n, c, h, w = shape
    h_out, w_out = (h - kh) // sh + 1, (w - kw) // sw + 1
    places, positions = kh * kw, h_out * w_out
    copy = np.zeros((places * positions, h * w))
    line = 0
    for i in range(kh):
        for j in range(kw):
            for p in range(h_out):
                for q in range(w_out):
                    copy[line, (p * sh + i) * w + q * sw + j] = 1
                    line += 1
    back = np.linalg.pinv(copy).astype(columns.dtype)
    flat = columns.reshape(n * c, places * positions)
    return (flat @ back.T).reshape(shape)
