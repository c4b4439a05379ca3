"""Exercise 2: relu forward and backward"""

import numpy as np


def relu(a):
    return np.maximum(a, 0)


def relu_forward(x):
    return relu(x), x > 0


def relu_backward(dy, cache):
    # the same function again on the way back, but only where x was positive
    return np.where(cache, relu(dy), 0)
