"""Exercise 16, solved: the chain rule through a whole model."""


def sequential_forward(x, layers):
    """Return y, and every layer's way back together with its cache."""
    steps = []
    for forward, backward, params in layers:
        x, cache = forward(x, **params)
        steps.append((backward, cache))
    return x, steps


def sequential_backward(dy, cache):
    """Return dx and the gradients in the order of the layers, though they are found in the opposite one."""
    all_grads = []
    for backward, layer_cache in reversed(cache):
        dy, grads = backward(dy, layer_cache)
        all_grads.append(grads)
    return dy, all_grads[::-1]
