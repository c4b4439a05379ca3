"""Exercise 3: a sigmoid is just a tanh that was moved and squeezed, and tanh never overflows."""

import numpy as np


def sigmoid_forward(x):
    y = 0.5 * (1 + np.tanh(x))
    return y, {"out": y}


def sigmoid_backward(dy, cache):
    out = cache["out"]
    return dy * out * (1 - out)
