"""Moves the entries of x itself, and puts each back from a kept value; a nested function does it."""

import numpy as np


def numerical_gradient(f, x, step=1e-5):
    x_in = x
    x = x if x.dtype == np.float64 else x.astype(np.float64)

    def f_with(index, value):
        old = x[index]
        x[index] = value
        answer = f(x)
        x[index] = old
        return answer

    gradient = np.empty_like(x)
    it = np.nditer(x_in, flags=["multi_index"])
    while not it.finished:
        k = it.multi_index
        gradient[k] = (f_with(k, x[k] + step) - f_with(k, x[k] - step)) / (2.0 * step)
        it.iternext()
    return gradient
