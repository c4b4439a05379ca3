"""Exercise 18: the chain rule through a whole model.

A model is a list of layers, one after the other. Forward hands what each layer makes to the next.
Backward walks the list from its end, and hands what each layer says about its input to the layer
before it. There is no more to backpropagation than these two loops.

Every layer is a triple (forward, backward, params); params is a dict of arrays, and may be empty:

    y, cache  = forward(x, **params)
    dx, grads = backward(dy, cache)            grads is a dict with the keys of params

With layers 1 to L:

    a_0 = x          a_k, cache_k  =  forward_k(a_(k-1), **params_k)          y = a_L              (1)

    d_L = dy         d_(k-1), grads_k  =  backward_k(d_k, cache_k)           dx = d_0              (2)

    grads = [grads_1, ..., grads_L], in the order of the layers                                    (3)

(2) runs from k = L down to k = 1. Arrays may have any shape. One forward may stand in the list several
times, with other params, and forward may be called again before backward is: all that backward needs
is in the cache that is handed to it.

Worked example, with the two layers that stand at the end of this file:

    layers = [(scale_forward, scale_backward, {"factor": 3.0}), (square_forward, square_backward, {})]

    x  = [1, 2]     after scale  [3, 6]      after square  y = [9, 36]
    dy = [1, 1]     through square  2 · [3, 6] · dy = [6, 12]
                    through scale   dx = 3 · [6, 12] = [18, 36]     factor's gradient 6·1 + 12·2 = 30

    sequential_backward returns [18, 36], [{"factor": 30}, {}]
"""

import numpy as np


def sequential_forward(x, layers):
    """Return y, cache: y by formula (1), and whatever sequential_backward needs; without layers, y is x."""
    tape = []
    for fwd, bwd, params in layers:
        x, c = fwd(x, **params)
        tape.append((bwd, c))
    return x, tape


def sequential_backward(dy, cache):
    """Return dx, grads: by formula (2), and the list (3) with one dict for each layer."""
    grads = []
    for bwd, c in reversed(cache):
        dy, g = bwd(dy, c)
        grads.append(g)
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
