"""A whole model: the caches go into a dictionary, so that each layer finds its own."""

import numpy as np


def sequential_forward(x, layers):
    """Return y, cache."""
    caches = {}
    a = x
    for layer in layers:
        forward, backward, params = layer
        a, caches[forward] = forward(a, **params)
    return a, (layers, caches)


def sequential_backward(dy, cache):
    """Return dx, grads."""
    layers, caches = cache
    d = dy
    grads = []
    for layer in reversed(layers):
        forward, backward, params = layer
        d, g = backward(d, caches[forward])
        grads.insert(0, g)
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
