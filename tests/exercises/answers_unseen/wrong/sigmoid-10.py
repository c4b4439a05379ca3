import numpy as np


def sigmoid_forward(x):
    # exp(-|x|) can't overflow
    y = 1 / (1 + np.exp(-np.abs(x)))
    return y, y


def sigmoid_backward(dy, cache):
    return dy * cache ** 2
