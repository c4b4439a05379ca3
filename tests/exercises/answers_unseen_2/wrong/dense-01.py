import numpy as np


def dense_forward(x, kernel, bias):
    y = np.dot(x, kernel) + bias
    return y, (x, kernel, bias)


def dense_backward(dy, cache):
    x, kernel, bias = cache
    dx = np.dot(dy, kernel.T)
    dkernel = np.dot(dy.T, x)
    dbias = np.dot(np.ones(len(dy)), dy)
    # a gradient has the shape of the thing itself
    return dx.reshape(x.shape), dkernel.reshape(kernel.shape), dbias.reshape(bias.shape)
