import math

import numpy as np


def same_padding(size, k, s):
    windows = math.ceil(size / s)
    lacking = (windows - 1) * s + k - size
    if lacking <= 0:
        return 0, 0
    return math.floor(lacking / 2), math.ceil(lacking / 2)


def conv2d_forward(x, kernel, bias, strides=(1, 1), padding="valid"):
    n, c, h, w = x.shape
    f, _, kh, kw = kernel.shape
    sh, sw = strides
    pt = pb = pl = pr = 0
    if padding == "same":
        pt, pb = same_padding(h, kh, sh)
        pl, pr = same_padding(w, kw, sw)
    big = np.zeros((n, c, pt + h + pb, pl + w + pr), dtype=x.dtype)
    big[:, :, pt : pt + h, pl : pl + w] = x
    ho = (big.shape[2] - kh) // sh + 1
    wo = (big.shape[3] - kw) // sw + 1
    flat = kernel.reshape(f, -1)
    y = np.empty((n, f, ho, wo), dtype=x.dtype)
    for p in range(ho):
        for q in range(wo):
            patch = big[:, :, p * sh : p * sh + kh, q * sw : q * sw + kw]
            y[:, :, p, q] = patch.reshape(n, -1) @ flat.T + bias
    return y, dict(big=big, kernel=kernel, sh=sh, sw=sw, inner=(slice(pt, pt + h), slice(pl, pl + w)))


def conv2d_backward(dy, cache):
    big, kernel = cache["big"], cache["kernel"]
    sh, sw = cache["sh"], cache["sw"]
    f, c, kh, kw = kernel.shape
    n = dy.shape[0]
    dbig = np.zeros_like(big)
    dk = np.zeros_like(kernel)
    for p in range(dy.shape[2]):
        for q in range(dy.shape[3]):
            rows, cols = slice(p * sh, p * sh + kh), slice(q * sw, q * sw + kw)
            g = dy[:, :, p, q]
            dbig[:, :, rows, cols] += (g @ kernel.reshape(f, -1)).reshape(n, c, kh, kw)
            dk += (g.T @ big[:, :, rows, cols].reshape(n, -1)).reshape(kernel.shape)
    rows, cols = cache["inner"]
    return dbig[:, :, rows, cols], dk, dy.sum(axis=3).sum(axis=2).sum(axis=0)
