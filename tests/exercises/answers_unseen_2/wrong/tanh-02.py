import numpy as np


def tanh_forward(x):
    y = np.tanh(x)
    return y, y


def tanh_backward(dy, cache):
    # save memory: no temporaries except for the result
    np.multiply(cache, cache, out=cache)
    np.subtract(1, cache, out=cache)
    return dy * cache
