"""The slope is computed in forward and kept."""

import numpy as np


def tanh_forward(x):
    y = np.tanh(x)
    return y, {"slope": 1 - np.square(y)}


def tanh_backward(dy, cache):
    return np.einsum("...,...->...", dy, cache["slope"])
