"""Model = list of layers."""

import numpy as np

tape = []


def sequential_forward(x, layers):
    """Return y, cache."""
    tape.clear()
    out = x
    for k in range(len(layers)):
        out, saved = layers[k][0](out, **layers[k][2])
        tape.append((layers[k][1], saved))
    return out, tape


def sequential_backward(dy, cache):
    """Return dx, grads."""
    grads = [None] * len(cache)
    for k in range(len(cache) - 1, -1, -1):
        step_back, saved = cache[k]
        dy, grads[k] = step_back(dy, saved)
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
