"""Exercise 4: the slope as a product of two sigmoid-like factors, 1 - y² = (1 - y)(1 + y)."""

import numpy as np


class Tape:
    def __init__(self, y):
        self.below = 1 + y
        self.above = 1 - y

    def back(self, dy):
        return self.below * (self.above * dy)


def tanh_forward(x):
    # tanh is odd: do the right half, mirror it to the left
    right = np.tanh(np.fabs(x))
    y = np.sign(x) * right
    return y, Tape(y)


def tanh_backward(dy, cache):
    return cache.back(dy)
