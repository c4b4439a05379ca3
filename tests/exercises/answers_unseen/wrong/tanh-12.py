import numpy as np


def tanh_forward(x):
    y = np.tan(x)
    return y, y


def tanh_backward(dy, cache):
    return dy * (1 - cache**2)
