import numpy as np


def softmax_crossentropy(z, t):
    rows = np.arange(len(t))
    z -= np.amax(z, axis=1, keepdims=True)
    p = np.exp(z)
    norm = np.add.reduce(p, axis=1)
    loss = np.mean(np.log(norm) - z[rows, t])
    p /= norm[:, np.newaxis]
    p[rows, t] -= 1
    p /= len(rows)
    return loss, p
