"""Exercise 18."""

import numpy as np


def sequential_forward(x, layers):
    """Return y, cache."""
    trail = []
    for forward, backward, params in layers:
        x, c = forward(x, **params)
        trail.append((backward, c))
    return x, tuple(trail)


def sequential_backward(dy, cache):
    """Return dx, grads."""
    d = dy
    grads = []
    for backward, c in cache[::-1]:
        d, g = backward(d, c)
        grads.append(g)
    return d, grads


# Two layers to try yours with. They are complete, and the check does not look at them.


def scale_forward(x, factor):
    """Return factor * x, and the cache."""
    return factor * x, (x, factor)


def scale_backward(dy, cache):
    """Return dx, and the gradient of factor in a dict."""
    x, factor = cache
    return factor * dy, {"factor": np.sum(dy * x)}


def square_forward(x):
    """Return x squared, and the cache."""
    return x * x, x


def square_backward(dy, cache):
    """Return dx; there are no parameters."""
    return 2 * cache * dy, {}
