import numpy as np


def relu_forward(x):
    keep = np.asarray(x) > 0
    zero = np.zeros((), dtype=np.asarray(x).dtype)

    def pull_back(dy):
        return np.where(keep, dy, np.zeros((), dtype=np.asarray(dy).dtype))

    return np.where(keep, x, zero), pull_back


def relu_backward(dy, cache):
    # the cache is a function, it remembers where x was positive
    return cache(dy)
