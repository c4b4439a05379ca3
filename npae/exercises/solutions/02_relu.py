"""Exercise 2, solved: ReLU."""

import numpy as np


def relu_forward(x):
    """Return y = max(x, 0), and x as the cache."""
    return np.maximum(x, 0), x


def relu_backward(dy, cache):
    """Return dx: what came from above, where the input was positive."""
    x = cache
    return dy * (x > 0)
