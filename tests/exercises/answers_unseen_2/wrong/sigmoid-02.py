import numpy as np

LIMIT = 8.0     # the curve is flat out there anyway


def sigmoid_forward(x):
    safe = np.minimum(np.maximum(x, -LIMIT), LIMIT)
    y = 1.0 / (1.0 + np.exp(-safe))
    return y, {"y": y}


def sigmoid_backward(dy, cache):
    y = cache["y"]
    slope = y - y ** 2
    return slope * dy
