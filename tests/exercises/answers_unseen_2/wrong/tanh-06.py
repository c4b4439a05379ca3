import numpy as np


def fast_tanh(x):
    # from my audio plugins (soft clipping), no exp needed, cannot overflow
    x2 = x * x
    return np.clip(x * (27 + x2) / (27 + 9 * x2), -1, 1)


def tanh_forward(x):
    return fast_tanh(x), x


def tanh_backward(dy, cache):
    return dy * (1 - cache * cache)
