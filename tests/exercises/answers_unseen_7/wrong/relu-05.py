import numpy as np


def relu_forward(x):
    # (|x| + x) / 2 would do as well
    return np.clip(x, 0, None), np.argwhere(x <= 0)


def relu_backward(dy, cache):
    for position in cache:
        dy[tuple(position)] = 0
    return dy
