"""Exercise 4: the hyperbolic tangent, a sigmoid between -1 and 1."""

import numpy as np


class _Saved:
    """What backward needs, kept small."""

    def __init__(self, output):
        self.output = output.astype(np.float16)
        self.dtype = output.dtype

    def slope(self):
        y = self.output.astype(self.dtype)
        return (1 - y) * (1 + y)


def tanh_forward(x):
    y = np.tanh(x)
    return y, _Saved(y)


def tanh_backward(dy, cache):
    return dy * cache.slope()
