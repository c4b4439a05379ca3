import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def sigmoid_prime(x):
    return sigmoid(x) * (1 - sigmoid(x))


def contractive(h, kernel, weight):
    """Return penalty, dh, dkernel: by formulas (2), (3) and (4)."""
    n = h.shape[0]
    s = sigmoid_prime(h)
    k2 = np.diag(kernel.T @ kernel)
    penalty = weight / n * np.sum(np.dot(np.square(s), k2))
    dh = weight / n * 2 * s * (1 - 2 * sigmoid(h)) * k2
    dkernel = weight / n * kernel * np.square(s).sum(0)
    return penalty, dh, dkernel
