import numpy as np


def _place(count_out, k, stride, size, dtype):
    """place[a, s, p] is 1 where pixel s is the a-th one that window p sees, else 0."""
    a, s, p = np.ogrid[:k, :size, :count_out]
    return (s == p * stride + a).astype(dtype)


def col2im(columns, shape, kh, kw, sh, sw):
    n, c, h, w = shape
    ho, wo = (h - kh) // sh + 1, (w - kw) // sw + 1
    cols = columns.reshape(n, c, kh, kw, ho, wo)
    # the sum is a matrix product from both sides, for each place of the window
    down = _place(ho, kh, sh, h, columns.dtype)
    right = _place(wo, kw, sw, w, columns.dtype)
    half = np.einsum("ncijpq,jtq->ncipt", cols, right)
    return np.einsum("ncipt,isp->ncst", half, down)
