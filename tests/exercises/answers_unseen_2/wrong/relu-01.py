import numpy as np


def positive_part(a):
    return np.where(a > 0, a, 0)


def relu_forward(x):
    return positive_part(x), None


def relu_backward(dy, cache):
    # relu is its own derivative rule: only positive things pass
    return positive_part(dy)
