import numpy as np


def dense_forward(x, kernel, bias):
    n, n_in = x.shape
    units = len(bias)
    y = np.tile(bias, (n, 1))
    for i in range(n):
        for k in range(n_in):
            y[i] += x[i, k] * kernel[k]
    assert y.shape == (n, units)
    return y, {"x": x, "kernel": kernel}


def dense_backward(dy, cache):
    x, w = cache["x"], cache["kernel"]
    dx = np.einsum("iu,ku->ik", dy, w)
    dw = np.zeros_like(w)
    for row, grad in zip(x, dy):
        dw += np.outer(row, grad)
    db = np.ones(len(dy), dtype=dy.dtype) @ dy
    return dx, dw, db
