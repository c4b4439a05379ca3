"""Plain loops without padded copies: what lies outside the image is skipped. The cache is a dict."""

import math

import numpy as np


def same_padding(size, k, s):
    out = math.ceil(size / s)
    lacking = (out - 1) * s + k - size
    if lacking <= 0:
        return 0, 0
    return lacking // 2, lacking // 2 + lacking % 2


def conv2d_forward(x, kernel, bias, strides=(1, 1), padding="valid"):
    n, c_in, h_in, w_in = x.shape
    c_out, _, kh, kw = kernel.shape
    sh, sw = strides
    if padding == "same":
        top, left = same_padding(h_in, kh, sh)[0], same_padding(w_in, kw, sw)[0]
        h_out, w_out = math.ceil(h_in / sh), math.ceil(w_in / sw)
    else:
        top = left = 0
        h_out, w_out = (h_in - kh) // sh + 1, (w_in - kw) // sw + 1
    places = []
    for p in range(h_out):
        for q in range(w_out):
            for i in range(kh):
                for j in range(kw):
                    a, b = p * sh - top + i, q * sw - left + j
                    if 0 <= a < h_in and 0 <= b < w_in:
                        places.append((p, q, i, j, a, b))
    y = np.zeros((n, c_out, h_out, w_out), x.dtype) + bias.reshape(1, -1, 1, 1)
    for p, q, i, j, a, b in places:
        y[:, :, p, q] += x[:, :, a, b] @ kernel[:, :, i, j].T
    return y, {"x": x, "kernel": kernel, "places": places}


def conv2d_backward(dy, cache):
    x, kernel = cache["x"], cache["kernel"]
    dx, dkernel = np.zeros_like(x), np.zeros_like(kernel)
    for p, q, i, j, a, b in cache["places"]:
        dx[:, :, a, b] += dy[:, :, p, q] @ kernel[:, :, i, j]
        dkernel[:, :, i, j] += dy[:, :, p, q].T @ x[:, :, a, b]
    return dx, dkernel, dy.sum((0, 2, 3))
