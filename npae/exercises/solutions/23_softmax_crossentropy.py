import numpy as np


def softmax_crossentropy(z, t):
    n = len(z)
    rows = np.arange(n)
    s = z - np.max(z, axis=1, keepdims=True)
    e = np.exp(s)
    total = np.sum(e, axis=1, keepdims=True)
    log_p = s - np.log(total)
    loss = -np.mean(log_p[rows, t])
    dz = e / total
    dz[rows, t] -= 1
    dz /= n
    return loss, dz
