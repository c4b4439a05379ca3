"""The Kronecker product with a block of ones; backward adds strided slices. No cache but the size."""

import numpy as np


def up_sampling2d_forward(x, size):
    return np.kron(x, np.ones((1, 1, *size), x.dtype)), size


def up_sampling2d_backward(dy, cache):
    sh, sw = cache
    dx = 0
    for i in range(sh):
        for j in range(sw):
            dx = dx + dy[:, :, i::sh, j::sw]
    return dx
