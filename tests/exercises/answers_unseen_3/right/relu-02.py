"""ReLU whose cache is a closure: forward already knows what backward has to do."""
import numpy as np


def relu_forward(x):
    dead = np.flatnonzero(np.asarray(x) <= 0)

    def silence(a):
        out = np.array(a, order="C")
        out.reshape(-1)[dead] = 0
        return out

    return silence(x), silence


def relu_backward(dy, cache):
    return cache(dy)
