"""The first layer, then the rest: recursion in both directions, the cache is nested."""


def sequential_forward(x, layers):
    if not layers:
        return x, None
    (forward, backward, params), *rest = layers
    y, own = forward(x, **params)
    y, others = sequential_forward(y, rest)
    return y, (backward, own, others)


def sequential_backward(dy, cache):
    if cache is None:
        return dy, []
    backward, own, others = cache
    dy, later = sequential_backward(dy, others)
    dx, grads = backward(dy, own)
    return dx, [grads] + later
