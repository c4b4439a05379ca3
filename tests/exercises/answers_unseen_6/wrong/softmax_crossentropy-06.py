"""Exercise 8: softmax cross-entropy with one-hot labels."""

import numpy as np


def to_one_hot(t, classes):
    hot = np.zeros((len(t), classes))
    for row, label in zip(hot, t):
        row[label - 1] = 1
    return hot


def softmax_crossentropy(z, t):
    hot = to_one_hot(t, z.shape[1])
    shifted = z - np.amax(z, axis=1, keepdims=True)
    exps = np.exp(shifted)
    sums = np.sum(exps, axis=1, keepdims=True)
    loss = -np.sum(hot * (shifted - np.log(sums)))
    dz = (exps / sums - hot) / len(t)
    return loss, dz
