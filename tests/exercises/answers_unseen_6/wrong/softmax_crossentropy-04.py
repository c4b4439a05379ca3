"""Exercise 8: softmax cross-entropy."""

import numpy as np


def log_softmax(z):
    s = z - z.max(axis=1)[:, None]
    return s - np.log(np.exp(s).sum(axis=1))[:, None]


def softmax_crossentropy(z, t):
    n, classes = z.shape
    one_hot = np.eye(classes, dtype=z.dtype)[t]
    loss = -(one_hot * log_softmax(z)).sum() / n

    e = np.exp(z - z.max(axis=1)[:, None])
    p = e / e.sum(axis=0)
    dz = (p - one_hot) / n
    return loss, dz
