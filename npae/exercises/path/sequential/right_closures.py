"""Forward builds a chain of ways back; the cache is one function."""

from functools import reduce


def sequential_forward(x, layers):
    def back_to_start(dy):
        return dy, ()

    def step(state, layer):
        x, back = state
        forward, backward, params = layer
        y, cache = forward(x, **params)

        def further_back(dy):
            dx, grads = backward(dy, cache)
            dx, earlier = back(dx)
            return dx, (*earlier, dict(grads))

        return y, further_back

    return reduce(step, layers, (x, back_to_start))


def sequential_backward(dy, cache):
    dx, grads = cache(dy)
    return dx, list(grads)
