"""np.where both ways; the cache is the mask in a dictionary."""

import numpy as np


def relu_forward(x):
    mask = x > 0
    return np.where(mask, x, 0), {"mask": mask}


def relu_backward(dy, cache):
    return np.where(cache["mask"], dy, 0)
