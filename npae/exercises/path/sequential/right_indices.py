"""Counting layers, with a list of all activations, and a list of gradients filled from its end."""


def sequential_forward(x, layers):
    activations = [x]
    caches = []
    for k in range(len(layers)):
        y, cache = layers[k][0](activations[k], **layers[k][2])
        activations.append(y)
        caches.append(cache)
    return activations[-1], {"layers": list(layers), "caches": caches}


def sequential_backward(dy, cache):
    layers, caches = cache["layers"], cache["caches"]
    grads = [None] * len(layers)
    for k in range(len(layers) - 1, -1, -1):
        dy, grads[k] = layers[k][1](dy, caches[k])
    return dy, grads
