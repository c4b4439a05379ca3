import numpy as np


def sequential_forward(x, layers):
    if not layers:
        return x, None
    (forward, backward, params), *rest = layers
    a, own = forward(x, **params)
    y, deeper = sequential_forward(a, rest)
    return y, (backward, own, deeper)


def sequential_backward(dy, cache):
    if cache is None:
        return dy, []
    backward, own, deeper = cache
    d, later = sequential_backward(dy, deeper)
    dx, mine = backward(d, own)
    return dx, [mine, *later]


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
