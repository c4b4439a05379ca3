"""Exercise 7: binary cross-entropy.

-log σ(z) = log(1 + exp(-z)) = logaddexp(0, -z), and for 1 - σ(z) with the other sign.
"""

import numpy as np


def binary_crossentropy(z, t):
    if_one = np.logaddexp(0, -z)
    if_zero = np.logaddexp(0, z)
    loss = np.where(t > 0.5, if_one, if_zero).mean()
    p = np.exp(-if_one)
    dz = (p - t) / z.size
    return loss, dz
