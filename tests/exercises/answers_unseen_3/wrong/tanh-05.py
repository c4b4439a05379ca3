"""The hyperbolic tangent, written so that exp never overflows."""
import numpy as np


def tanh_forward(x):
    shrink = np.exp(-2 * np.abs(x))
    y = (1 - shrink) / (1 + shrink)
    return y, 1 - y * y              # the slope is all that backward wants


def tanh_backward(dy, cache):
    return np.multiply(cache, dy)
