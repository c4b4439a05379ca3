import numpy as np
from math import exp, log

# ported from my C++ version


def softmax_crossentropy(z, t):
    N, C = z.shape
    dz = np.zeros(z.shape, z.dtype)
    loss = 0.0
    for i in range(N):
        m = 0.0
        for j in range(C):
            if z[i, j] > m:
                m = float(z[i, j])
        denom = 0.0
        for j in range(C):
            denom += exp(z[i, j] - m)
        log_denom = np.log(denom)
        for j in range(C):
            lp = float(z[i, j]) - m - log_denom
            if j == t[i]:
                loss -= lp
                dz[i, j] = (np.exp(lp) - 1.0) / C
            else:
                dz[i, j] = np.exp(lp) / C
    loss /= N
    return loss, dz
