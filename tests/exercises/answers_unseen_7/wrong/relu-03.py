import numpy as np

_mask = None


def relu_forward(x):
    global _mask
    _mask = x > 0
    return x * _mask, None


def relu_backward(dy, cache):
    return dy * _mask
