import numpy as np

_outputs = {}


def tanh_forward(x):
    key = x.shape
    _outputs[key] = np.tanh(x)
    return _outputs[key].copy(), key


def tanh_backward(dy, cache):
    y = _outputs[cache]
    dx = dy - dy * y * y
    return dx
