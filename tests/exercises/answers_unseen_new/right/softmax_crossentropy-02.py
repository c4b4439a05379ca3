import numpy as np


def softmax_crossentropy(z, t):
    """Row by row."""
    n = z.shape[0]
    loss = 0.0
    dz = np.zeros_like(z)
    for i in range(n):
        s = z[i] - z[i].max()
        e = np.exp(s)
        total = e.sum()
        loss += np.log(total) - s[t[i]]
        dz[i] = e / total
        dz[i, t[i]] -= 1.0
    return loss / n, dz / n
