"""Exercise 4: tanh, without allocating a new array for each batch."""

import numpy as np

_workspace = {}


def _get(shape, dtype):
    key = (shape, np.dtype(dtype).str)
    if key not in _workspace:
        _workspace[key] = np.empty(shape, dtype)
    return _workspace[key]


def tanh_forward(x):
    y = _get(x.shape, np.result_type(x, np.float32))
    np.tanh(x, out=y)
    return y, y


def tanh_backward(dy, cache):
    return dy * (1 - cache * cache)
