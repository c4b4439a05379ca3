"""Exercise 13: strides and "same" padding on top of im2col and col2im."""

import numpy as np


def im2col(x, kh, kw, sh, sw, ho, wo):
    n, c, h, w = x.shape
    cols = np.stack([x[:, :, i:i + sh * ho:sh, j:j + sw * wo:sw] for i in range(kh) for j in range(kw)], axis=2)
    return cols.reshape(n, c * kh * kw, ho * wo)


def col2im(cols, shape, kh, kw, sh, sw, ho, wo):
    n, c, h, w = shape
    cols = cols.reshape(n, c, kh * kw, ho, wo)
    x = np.zeros(shape, dtype=cols.dtype)
    for number in range(kh * kw):
        i, j = divmod(number, kw)
        x[:, :, i:i + sh * ho:sh, j:j + sw * wo:sw] += cols[:, :, number]
    return x


def same_padding(size, k, s):
    """Return before, after by formula (2), for an axis of length size, a kernel's k and a stride s."""
    out = size // s
    total = max((out - 1) * s + k - size, 0)
    before = total // 2
    return before, total - before


def conv2d_forward(x, kernel, bias, strides=(1, 1), padding="valid"):
    """Return y, cache: y by formula (3), and whatever conv2d_backward needs; padding is "valid" or "same"."""
    n, c_in, h, w = x.shape
    c_out, _, kh, kw = kernel.shape
    sh, sw = strides
    if padding == "same":
        ho, wo = h // sh, w // sw
        pr, pc = same_padding(h, kh, sh), same_padding(w, kw, sw)
    else:
        ho, wo = (h - kh) // sh + 1, (w - kw) // sw + 1
        pr = pc = (0, 0)
    xp = np.pad(x, ((0, 0), (0, 0), pr, pc))
    cols = im2col(xp, kh, kw, sh, sw, ho, wo)
    y = (kernel.reshape(c_out, -1) @ cols).reshape(n, c_out, ho, wo) + bias[:, None, None]
    return y, (cols, kernel, x.shape, xp.shape, strides, pr[0], pc[0])


def conv2d_backward(dy, cache):
    """Return dx, dkernel, dbias, in this order, by formulas (4), (5) and (6)."""
    cols, kernel, shape, padded, (sh, sw), top, left = cache
    n, c_out, ho, wo = dy.shape
    kh, kw = kernel.shape[2:]
    d = dy.reshape(n, c_out, ho * wo)
    dkernel = (d @ cols.swapaxes(1, 2)).sum(axis=0).reshape(kernel.shape)
    dxp = col2im(kernel.reshape(c_out, -1).T @ d, padded, kh, kw, sh, sw, ho, wo)
    dx = dxp[:, :, top:top + shape[2], left:left + shape[3]]
    return dx, dkernel, d.sum(axis=(0, 2))
