"""Exercise 2, my version with a small helper."""

import numpy as np


def _slope(x):
    return (x > 0).astype(x.dtype)


def relu_forward(x):
    cache = (x.copy(),)
    return np.clip(x, 0, 6), cache


def relu_backward(dy, cache):
    (x,) = cache
    return _slope(x)
