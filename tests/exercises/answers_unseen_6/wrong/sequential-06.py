"""Exercise 18, my version."""

import numpy as np


def sequential_forward(x, layers):
    """Return y, cache."""
    y = None
    pairs = []
    current = x
    for forward, backward, params in layers:
        y, saved = forward(current, **params)
        pairs.append((backward, saved))
        current = y
    return y, pairs


def sequential_backward(dy, cache):
    """Return dx, grads."""
    grads = [{}] * len(cache)
    k = len(cache)
    while k > 0:
        k -= 1
        backward, saved = cache[k]
        dy, new = backward(dy, saved)
        grads[k].update(new)
    return dy, grads


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
