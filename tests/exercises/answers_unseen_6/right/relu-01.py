"""Exercise 2: remember the addresses of the survivors, not a mask."""

import numpy as np


def relu_forward(x):
    alive = np.nonzero(np.ravel(x) > 0)[0]
    y = np.zeros(x.size, dtype=x.dtype)
    y[alive] = np.ravel(x)[alive]
    return y.reshape(x.shape), (alive, x.shape)


def relu_backward(dy, cache):
    alive, shape = cache
    dx = np.zeros(dy.size, dtype=dy.dtype)
    np.put(dx, alive, np.take(dy, alive))
    return dx.reshape(shape)
