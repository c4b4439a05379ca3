import numpy as np


def up_sampling2d_forward(x, size):
    block = np.ones(size, dtype=x.dtype)
    return np.kron(x, block), {"shape": x.shape, "size": size}


def up_sampling2d_backward(dy, cache):
    sh, sw = cache["size"]
    dx = np.zeros(cache["shape"], dtype=dy.dtype)
    for i in range(sh):
        for j in range(sw):
            dx += dy[:, :, i::sh, j::sw]
    return dx
