"""Exercise 16: the transposed convolution, in which a convolution's gradient becomes a forward pass."""

import numpy as np


def conv2d_transpose_forward(x, k, bias, strides):
    N, C, H, W = x.shape
    C, O, I, J = k.shape
    s, t = strides
    y = np.zeros((N, O, (H - 1) * s + I, (W - 1) * t + J), x.dtype)
    for a in range(H):
        for b in range(W):
            for i in range(I):
                for j in range(J):
                    y[:, :, a * s + i, b * t + j] += x[:, :, a, b] @ k[:, :, i, j]
    return y + bias[:, None, None], (x, k, s, t)


def conv2d_transpose_backward(dy, cache):
    x, k, s, t = cache
    N, C, H, W = x.shape
    C, O, I, J = k.shape
    dx = np.zeros_like(x)
    dk = np.zeros_like(k)
    for i in range(I):
        for j in range(J):
            dx += np.einsum("noab,co->ncab", dy[:, :, i : i + H, j : j + W], k[:, :, i, j])
            for a in range(H):
                for b in range(W):
                    dk[:, :, i, j] += x[:, :, a, b].T @ dy[:, :, a * s + i, b * t + j]
    return dx, dk, dy.mean(axis=(2, 3)).sum(axis=0)
