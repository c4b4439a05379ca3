"""Exercise 18 with continuations: the cache is a function that knows the way back."""

from functools import reduce

import numpy as np


def _compose(state, layer):
    a, way_back = state
    forward, backward, params = layer
    b, own = forward(a, **params)

    def longer_way_back(d, behind):
        d, grads = backward(d, own)
        return way_back(d, [grads] + behind)

    return b, longer_way_back


def sequential_forward(x, layers):
    """Return y, cache."""
    return reduce(_compose, layers, (x, lambda d, behind: (d, behind)))


def sequential_backward(dy, cache):
    """Return dx, grads."""
    return cache(dy, [])


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
