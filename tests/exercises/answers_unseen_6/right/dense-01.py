"""Exercise 5: the bias is one more row of the kernel, for an input that is always 1."""

import numpy as np


def dense_forward(x, kernel, bias):
    x1 = np.concatenate([x, np.ones((len(x), 1), dtype=x.dtype)], axis=1)
    w = np.vstack([kernel, bias])
    return x1 @ w, (x1, w)


def dense_backward(dy, cache):
    x1, w = cache
    dw = (dy.T @ x1).T
    dx1 = (w @ dy.T).T
    return dx1[:, :-1], dw[:-1], dw[-1]
