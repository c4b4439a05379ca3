import numpy as np


def dense_forward(x, kernel, bias):
    y = np.stack([example @ kernel + bias for example in x])
    return y, (x, kernel)


def dense_backward(dy, cache):
    x, kernel = cache
    dx = np.zeros_like(x)
    dkernel = np.zeros_like(kernel)
    dbias = np.zeros_like(dy[0])
    for i, (example, d) in enumerate(zip(x, dy)):
        dx[i] = kernel @ d
        dkernel = np.outer(example, d)
        dbias = dbias + d
    return dx, dkernel, dbias
