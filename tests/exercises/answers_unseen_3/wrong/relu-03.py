import numpy as np


def relu_forward(x):
    negative = x <= 0
    y = x
    y[negative] = 0
    return y, negative


def relu_backward(dy, cache):
    dx = dy.copy()
    dx[cache] = 0
    return dx
