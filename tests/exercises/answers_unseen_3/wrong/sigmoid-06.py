"""Exercise 3."""
import numpy as np


def form_1(x):
    return 1 / (1 + np.exp2(-x))


def form_2(x):
    ex = np.exp2(x)
    return ex / (1 + ex)


def sigmoid_forward(x):
    # each form is only shown the half that it can bear, the other half sees a zero
    y = np.where(x < 0, form_2(np.minimum(x, 0)), form_1(np.maximum(x, 0)))
    return y, (y,)


def sigmoid_backward(dy, cache):
    y, = cache
    return dy * (1 - y ** 2)
