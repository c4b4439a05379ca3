import numpy as np


def relu_forward(x):
    on = (x >= 1).astype(x.dtype)
    return on * x, on


def relu_backward(dy, cache):
    on = cache
    return on * np.sign(dy)
