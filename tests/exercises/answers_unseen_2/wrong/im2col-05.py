import numpy as np


def get_im2col_indices(x_shape, kh, kw, sh, sw):
    _, C, H, W = x_shape
    out_h = (H - kh) // sh + 1
    out_w = (W - kw) // sw + 1

    i0 = np.tile(np.repeat(np.arange(kh), kw), C)
    i1 = sh * np.repeat(np.arange(out_h), out_w)
    j0 = np.tile(np.arange(kw), kh * C)
    j1 = sw * np.tile(np.arange(out_w), out_h)
    i = i0.reshape(-1, 1) + i1.reshape(1, -1)
    j = j0.reshape(-1, 1) + j1.reshape(1, -1)
    k = np.repeat(np.arange(C), kh * kw).reshape(-1, 1)
    return k, i, j


def im2col(x, kh, kw, sh, sw):
    """An implementation with fancy indexing (after the CS231n utilities)."""
    N, C = x.shape[:2]
    k, i, j = get_im2col_indices(x.shape, kh, kw, sh, sw)
    cols = x[:, k, i, j]
    cols = cols.transpose(1, 2, 0).reshape(kh * kw * C, -1)
    # the exercise wants the images in front
    return cols.reshape(N, kh * kw * C, -1)
