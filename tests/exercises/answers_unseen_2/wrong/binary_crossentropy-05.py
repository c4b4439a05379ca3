import numpy as np
from numba import njit


@njit
def _bce(z_all, t_all, dz_all):
    K = z_all.size
    total = 0.0
    for i in range(K):
        z = z_all[i]
        t = t_all[i]
        # max(z, 0)
        if z < 0:
            z = 0.0 * z
        e = np.exp(-abs(z))
        total += z - z * t + np.log1p(e)
        # sigma(z), two forms
        if z >= 0:
            p = 1.0 / (1.0 + e)
        else:
            p = e / (1.0 + e)
        dz_all[i] = (p - t) / K
    return total / K


def binary_crossentropy(z, t):
    dz = np.empty(z.size, dtype=z.dtype)
    loss = _bce(np.ravel(z), np.ravel(t), dz)
    return loss, dz.reshape(z.shape)
