import numpy as np


def tanh_forward(x):
    # divide (1) above and below by exp(|x|): only exp(-2|x|) is left, which cannot overflow
    decay = np.exp(-2 * np.abs(x))
    size = (1 - decay) / (1 + decay)
    y = np.copysign(size, x)
    slope = (1 - y) * (1 + y)
    return y, slope


def tanh_backward(dy, cache):
    return cache * dy
