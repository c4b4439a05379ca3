import numpy as np


def _positive(v):
    return 1.0 / (1.0 + np.exp(-v))


def _negative(v):
    e = np.exp(v)
    return e / (1.0 + e)


def sigmoid_forward(x):
    out = np.empty_like(x)
    pos = x >= 0
    out[pos] = _positive(x[pos])
    out[~pos] = _negative(x[~pos])
    cache = {"y": out.copy()}
    return out, cache


def sigmoid_backward(dy, cache):
    y = cache["y"]
    local = y - y**2
    return np.multiply(local, dy)
