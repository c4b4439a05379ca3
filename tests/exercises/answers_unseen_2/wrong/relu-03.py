# written the way I know it from PyTorch: a module with ctx
import numpy as np


class ReLU:
    def __init__(self):
        self.mask = None

    def forward(self, x):
        self.mask = (x > 0)
        return x * self.mask

    def backward(self, grad_output):
        return grad_output * self.mask


_layer = ReLU()


def relu_forward(x):
    y = _layer.forward(x)
    return y, _layer


def relu_backward(dy, cache):
    return cache.backward(dy)
