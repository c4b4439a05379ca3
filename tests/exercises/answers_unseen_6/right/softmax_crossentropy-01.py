"""Exercise 8, only with differences: row by row, z - z[label], so that the loss is a log-sum-exp."""

import numpy as np


def softmax_crossentropy(z, t):
    n = t.shape[0]
    top = np.amax(z, axis=1)
    s = (z.T - top).T
    lse = np.logaddexp.reduce(s, axis=1)
    hit = np.equal.outer(t, np.arange(z.shape[1]))
    loss = (lse.sum() - s[hit].sum()) / n
    dz = (np.exp(s - lse[:, None]) - hit) / n
    return float(loss), dz
