import numpy as np


def tanh_forward(x):
    inner = np.minimum(np.maximum(x, -4), 4)      # outside of this it is flat
    y = np.tanh(inner)
    return y, np.array(y).ravel()


def tanh_backward(dy, cache):
    entries, above = cache, dy.ravel()
    dx = np.zeros(entries.size, dtype=entries.dtype)
    for k in range(entries.size - 1):
        dx[k] = above[k] * (1 - entries[k] ** 2)
    return dx.reshape(dy.shape)
