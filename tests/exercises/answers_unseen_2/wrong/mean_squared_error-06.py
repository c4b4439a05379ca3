import numpy as np


def count(y):
    examples = y.shape[0]
    features = y.shape[1]
    return examples * features


def mean_squared_error(y, t):
    K = count(y)

    total = 0.0
    for a, b in zip(y.flat, t.flat):
        total = total + (a - b) ** 2
    loss = total / K

    dy = np.zeros(y.shape)
    for i in np.ndindex(y.shape):
        dy[i] = (y[i] - t[i]) / K

    return loss, dy
