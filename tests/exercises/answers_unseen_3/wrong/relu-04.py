"""ReLU, forward and backward.

    y  = x  where x > 0, else 0
    dx = dy where x > 0, else 0
"""
import numpy as np


def relu_forward(x):
    y = x * (x > 0)
    return y, y


def relu_backward(dy, cache):
    # y is zero where x was negative, so this switches the gradient off there
    return dy * cache
