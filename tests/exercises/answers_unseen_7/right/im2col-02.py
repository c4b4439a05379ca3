import numpy as np
from numpy.lib.stride_tricks import as_strided


def im2col(x, kh, kw, sh, sw):
    n, c, h, w = x.shape
    a, b, down, right = x.strides
    tall, wide = 1 + (h - kh) // sh, 1 + (w - kw) // sw
    view = as_strided(
        x,
        shape=(n, c, kh, kw, tall, wide),
        strides=(a, b, down, right, sh * down, sw * right),
        writeable=False,
    )
    out = np.empty(view.shape, dtype=x.dtype)
    out[...] = view
    return out.reshape(n, c * kh * kw, tall * wide)
