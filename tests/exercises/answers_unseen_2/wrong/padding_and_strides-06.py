import numpy as np


def same_padding(size, k, s):
    """Return before, after by formula (2), for an axis of length size, a kernel's k and a stride s."""
    h_out = (size + s - 1) // s
    total = (h_out - 1) * s + k - size
    before = total // 2
    after = total - before
    return before, after


def conv2d_forward(x, kernel, bias, strides=(1, 1), padding="valid"):
    """Return y, cache: y by formula (3), and whatever conv2d_backward needs; padding is "valid" or "same"."""
    N, C, H, W = x.shape
    O, _, KH, KW = kernel.shape
    SH, SW = strides
    if padding == "same":
        up, down = same_padding(H, KH, SH)
        left, right = same_padding(W, KW, SW)
    else:
        up, down, left, right = 0, 0, 0, 0
    xp = np.pad(x, [[0, 0], [0, 0], [up, down], [left, right]])
    OH = (xp.shape[2] - KH) // SH + 1
    OW = (xp.shape[3] - KW) // SW + 1
    y = np.zeros((N, O, OH, OW), dtype=x.dtype)
    for n in range(N):
        for o in range(O):
            for p in range(OH):
                for q in range(OW):
                    window = xp[n, :, p * SH:p * SH + KH, q * SW:q * SW + KW]
                    y[n, o, p, q] = bias[o] + (window * kernel[o]).sum()
    return y, (x, xp, kernel, SH, SW, up, left)


def conv2d_backward(dy, cache):
    """Return dx, dkernel, dbias, in this order, by formulas (4), (5) and (6)."""
    x, xp, kernel, SH, SW, up, left = cache
    N, O, OH, OW = dy.shape
    KH, KW = kernel.shape[2:]
    dxp = np.zeros_like(xp)
    dkernel = np.zeros_like(kernel)
    dbias = np.zeros(O, dtype=dy.dtype)
    for n in range(N):
        for o in range(O):
            dbias[o] += dy[n, o].sum()
            for p in range(OH):
                for q in range(OW):
                    dxp[n, :, p * SH:p * SH + KH, q * SW:q * SW + KW] += dy[n, o, p, q] * kernel[o]
                    dkernel[o] += dy[n, o, p, q] * xp[n, :, p:p + KH, q:q + KW]
    dx = dxp[:, :, up:up + x.shape[2], left:left + x.shape[3]]
    return dx, dkernel, dbias
