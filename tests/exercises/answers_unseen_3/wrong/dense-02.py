import numpy as np


def dense_forward(x, kernel, bias):
    y = np.einsum("ik,ku->iu", x, kernel)
    y += bias
    return y, {"x": x, "kernel": kernel}


def dense_backward(dy, cache):
    dx = np.einsum("ku,iu->ki", cache["kernel"], dy)
    dkernel = np.einsum("ik,iu->ku", cache["x"], dy)
    dbias = np.einsum("iu->u", dy)
    return dx, dkernel, dbias
