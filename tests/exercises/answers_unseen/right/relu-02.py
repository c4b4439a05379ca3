import numpy as np


def relu_forward(x):
    y = np.zeros_like(x)
    flat_in, flat_out = x.ravel(), y.ravel()
    for i in range(flat_in.size):
        if flat_in[i] > 0:
            flat_out[i] = flat_in[i]
    y = flat_out.reshape(x.shape)
    return y, {"out": y.copy()}


def relu_backward(dy, cache):
    dx = dy.copy()
    dx[cache["out"] <= 0] = 0
    return dx
