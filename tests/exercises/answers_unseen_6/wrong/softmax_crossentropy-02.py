"""Exercise 8: softmax, then cross-entropy."""

import numpy as np


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_crossentropy(z, t):
    p = softmax(z)
    rows = range(len(t))
    loss = -np.log(p[rows, t]).mean()
    target = np.zeros_like(p)
    target[rows, t] = 1
    return loss, (p - target) / len(t)
