import numpy as np


def sigmoid_forward(x):
    """Return y, cache: y by formulas (1) and (2), and whatever sigmoid_backward needs."""
    # 1/(1+exp(-x)) = exp(-log(1+exp(-x)))
    y = np.exp(-np.logaddexp(0, -x))
    cache = (x,)
    return y, cache


def sigmoid_backward(dy, cache):
    """Return dx, by formula (4)."""
    y, = cache
    one_minus_y = 1 - y
    return dy * y * one_minus_y
