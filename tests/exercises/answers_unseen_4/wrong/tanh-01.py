"""Exercise 4: the hyperbolic tangent, a sigmoid between -1 and 1."""

import numpy as np

# "Efficient BackProp" recommends this one: its output has variance 1
SCALE, SQUEEZE = 1.7159, 2 / 3


def tanh_forward(x):
    y = SCALE * np.tanh(SQUEEZE * x)
    return y, y


def tanh_backward(dy, cache):
    return dy * (1 - cache**2)
