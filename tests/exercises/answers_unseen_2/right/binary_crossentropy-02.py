import numpy as np


def binary_crossentropy(z, t):
    # -log p = log(1 + exp(-z)),  -log(1 - p) = log(1 + exp(z)): weigh them by t and 1 - t
    surprise_if_one = np.logaddexp(0, -z)
    surprise_if_zero = np.logaddexp(0, z)
    loss = np.average(t * surprise_if_one + (1 - t) * surprise_if_zero)
    p = np.exp(-surprise_if_one)
    return loss, np.divide(np.subtract(p, t), z.size)
