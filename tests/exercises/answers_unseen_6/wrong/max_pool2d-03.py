"""max pooling (as I would write it in C)"""

import numpy as np


def max_pool2d_forward(x, pool_size, strides):
    """y, cache"""
    N, C, H, W = x.shape
    KH, KW = pool_size
    SH, SW = strides
    HO = (H - KH) // SH + 1
    WO = (W - KW) // SW + 1
    src = np.asarray(x, dtype=float).ravel()
    dst = np.zeros(N * C * HO * WO)
    arg = np.zeros(N * C * HO * WO, dtype=np.int64)
    k = 0
    for plane in range(N * C):
        for p in range(HO):
            for q in range(WO):
                base = plane * H * W + p * SH * W + q * SW
                m = 0.0
                at = base
                for i in range(KH):
                    for j in range(KW):
                        t = base + i * W + j
                        if src[t] > m:
                            m = src[t]
                            at = t
                dst[k] = m
                arg[k] = at
                k += 1
    return dst.reshape(N, C, HO, WO), (arg, x.shape)


def max_pool2d_backward(dy, cache):
    """dx"""
    arg, shape = cache
    dx = np.zeros(int(np.prod(shape)))
    g = dy.ravel()
    for k in range(len(arg)):
        dx[arg[k]] += g[k]
    return dx.reshape(shape)
