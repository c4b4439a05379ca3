"""Exercise 13, Fortran style: channels last inside, one matrix product for each tap of the kernel."""

import math

import numpy as np


def same_padding(size, k, s):
    """Return before, after."""
    total = max(math.ceil(size / s) * s - s + k - size, 0)
    before, odd = divmod(total, 2)
    return before, before + odd


def conv2d_forward(x, kernel, bias, strides=(1, 1), padding="valid"):
    """Return y, cache."""
    N, CI, H, W = x.shape
    CO, _, KH, KW = kernel.shape
    SH, SW = strides
    T = B = L = R = 0
    if padding == "same":
        T, B = same_padding(H, KH, SH)
        L, R = same_padding(W, KW, SW)
    XP = np.zeros((H + T + B, W + L + R, N, CI), x.dtype)
    XP[T : T + H, L : L + W] = x.transpose(2, 3, 0, 1)
    HO = (H + T + B - KH) // SH + 1
    WO = (W + L + R - KW) // SW + 1
    Y = np.zeros((HO, WO, N, CO), np.result_type(x, kernel, bias))
    Y += bias
    TAPS = []
    for I in range(KH):
        for J in range(KW):
            PLACE = np.ix_(I + SH * np.arange(HO), J + SW * np.arange(WO))
            TAPS.append((I, J, PLACE))
            Y += XP[PLACE] @ kernel[:, :, I, J].T
    return Y.transpose(2, 3, 0, 1), (XP, kernel, TAPS, (T, L, H, W))


def conv2d_backward(dy, cache):
    """Return dx, dkernel, dbias."""
    XP, kernel, TAPS, (T, L, H, W) = cache
    G = dy.transpose(2, 3, 0, 1)
    DXP = np.zeros(XP.shape, np.result_type(dy, kernel))
    DK = np.zeros(kernel.shape, np.result_type(dy, XP))
    for I, J, PLACE in TAPS:
        DXP[PLACE] += G @ kernel[:, :, I, J]
        DK[:, :, I, J] = G.reshape(-1, G.shape[3]).T @ XP[PLACE].reshape(-1, XP.shape[3])
    DX = DXP[T : T + H, L : L + W].transpose(2, 3, 0, 1)
    return np.ascontiguousarray(DX), DK, G.sum((0, 1, 2))
