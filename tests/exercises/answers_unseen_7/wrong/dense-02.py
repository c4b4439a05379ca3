import numpy as np


def dense_forward(x, kernel, bias):
    return np.einsum("ik,ku->iu", x, kernel) + bias, dict(x=x, kernel=kernel)


def dense_backward(dy, cache):
    x, kernel = cache["x"], cache["kernel"]
    n = x.shape[0]
    dx = np.einsum("iu,ku->ik", dy, kernel)
    dkernel = np.einsum("ik,iu->ku", x, dy) / n
    dbias = np.einsum("iu->u", dy)
    return dx, dkernel, dbias
