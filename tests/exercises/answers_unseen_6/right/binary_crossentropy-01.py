"""Exercise 7 by softplus: L = mean of t · softplus(-z) + (1 - t) · softplus(z)."""

import numpy as np


def softplus(a):
    return np.logaddexp(a, np.zeros_like(a))


def binary_crossentropy(z, t):
    yes, no = softplus(-z), softplus(z)
    loss = (t * yes + (1 - t) * no).mean()
    return float(loss), (np.exp(-yes) - t) / z.size
