import numpy as np


class Sigmoid:
    """sigma(x) is a tanh, shifted and scaled; tanh does not overflow."""

    @staticmethod
    def value(x):
        return (1 + np.tanh(x)) / 2

    @staticmethod
    def slope(y):
        return y * (1 - y)


def sigmoid_forward(x):
    y = Sigmoid.value(x)
    return y, Sigmoid.slope(y)


def sigmoid_backward(dy, cache):
    return cache
