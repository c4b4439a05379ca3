import numpy as np


class Tanh:
    """One trip through the layer; remembers its own slope."""

    __slots__ = ("slope",)

    def __init__(self, y):
        self.slope = 1 - np.power(y, 2)

    def __call__(self, dy):
        return dy * self.slope


def tanh_forward(x):
    y = np.tanh(x)
    return y, Tanh(y)


tanh_backward = lambda dy, cache: cache(dy)  # noqa: E731
