import numpy as np


def dense_forward(x, kernel, bias):
    rows = []
    for example in x:
        row = bias.copy()
        for number, weights in zip(example, kernel):
            row = row + number * weights
        rows.append(row)

    def pull_back(dy):
        dx = np.array([[np.dot(kernel[k], g) for k in range(kernel.shape[0])] for g in dy])
        dkernel = np.zeros(kernel.shape, dtype=np.result_type(x, dy))
        dbias = np.zeros(bias.shape, dtype=dy.dtype)
        for example, g in zip(x, dy):
            dkernel += np.outer(example, g)
            dbias += g
        return dx, dkernel, dbias

    return np.stack(rows), pull_back


def dense_backward(dy, cache):
    return cache(dy)
