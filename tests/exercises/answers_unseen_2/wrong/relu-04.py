import numpy as np


def relu_forward(x):
    """Return y, cache: y by formula (1), and whatever relu_backward needs."""
    y = 0.5 * (x + np.abs(x))
    return y, (y,)


def relu_backward(dy, cache):
    """Return dx, by formula (2). The cache is the one that relu_forward returned."""
    # "what came from above" times what the forward pass let through
    (passed,) = cache
    return np.multiply(dy, passed)
