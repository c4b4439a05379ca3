"""Sequential, index style."""

import numpy as np


def sequential_forward(x, layers):
    """Return y, cache."""
    L = len(layers)
    a = [None] * (L + 1)
    caches = [None] * L
    a[0] = x
    for k in range(L):
        forward_k = layers[k][0]
        params_k = layers[k][2]
        a[k + 1], caches[k] = forward_k(a[k], **params_k)
    return a[L], (caches, [layer[1] for layer in layers])


def sequential_backward(dy, cache):
    """Return dx, grads."""
    caches, backwards = cache
    L = len(caches)
    grads = [{} for _ in range(L)]
    d = dy
    for k in range(L - 1, 0, -1):
        d, grads[k] = backwards[k](d, caches[k])
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
