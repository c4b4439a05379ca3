"""Each formula as an einsum; returns a list."""

import numpy as np


def dense_forward(x, kernel, bias):
    return np.einsum("ik,ku->iu", x, kernel) + bias[None, :], [kernel.copy(), x.copy()]


def dense_backward(dy, cache):
    kernel, x = cache
    return [np.einsum("iu,ku->ik", dy, kernel), np.einsum("ik,iu->ku", x, dy), np.einsum("iu->u", dy)]
