import numpy as np


def contractive(h, kernel, weight):
    n, units = h.shape
    inputs = kernel.shape[0]
    penalty = 0.0
    dh = np.zeros(h.shape)
    dkernel = np.zeros(kernel.shape)
    for i in range(n):
        for u in range(units):
            s = h[i, u] * (1 - h[i, u])
            ds = 1 - 2 * h[i, u]
            for k in range(inputs):
                # one entry of the jacobian, then backwards through it
                J = s * kernel[k, u]
                penalty += weight / n * J * J
                dJ = weight / n * 2 * J
                dh[i, u] += dJ * kernel[k, u] * ds
                dkernel[k, u] += dJ * s
    return penalty, dh, dkernel
