"""Exercise 1, recursively: the gradient of an array is the array of the gradients of its parts."""

import numpy as np


def numerical_gradient(f, x, step=1e-5):
    shape = np.shape(x)

    def value(index, move):
        y = np.array(x, dtype=np.float64, order="C")
        y[index] = y[index] + move
        return float(f(y))

    def part(index):
        if len(index) == len(shape):
            return (value(index, step) - value(index, -step)) / (step + step)
        below = [part(index + (i,)) for i in range(shape[len(index)])]
        return np.array(below, dtype=np.float64).reshape(shape[len(index):])

    return np.asarray(part(()), dtype=np.float64)
