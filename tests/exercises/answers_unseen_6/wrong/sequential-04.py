"""Forward and backward through a list."""

from collections import deque

import numpy as np


def sequential_forward(x, layers):
    """Return y, cache."""
    stack = []
    activation = x
    for forward, backward, params in layers:
        activation, layer_cache = forward(activation, **params)
        stack.append({"backward": backward, "cache": layer_cache})
    return activation, stack


def sequential_backward(dy, cache):
    """Return dx, grads."""
    grads = deque()
    delta = dy
    for frame in reversed(cache):
        delta, layer_grads = frame["backward"](delta, frame["cache"])
        if layer_grads:
            grads.appendleft(layer_grads)
    return delta, list(grads)


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
