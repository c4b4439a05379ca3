import numpy as np
from numba import njit


@njit
def _gate(values, signs):
    out = np.zeros_like(values)
    for i in range(values.size):
        if signs[i] > 0:
            out[i] = values[i]
    return out


def relu_forward(x):
    flat = np.ascontiguousarray(x).reshape(-1)
    return _gate(flat, flat).reshape(x.shape), flat.copy()


def relu_backward(dy, cache):
    return _gate(np.ascontiguousarray(dy).reshape(-1), cache).reshape(dy.shape)
