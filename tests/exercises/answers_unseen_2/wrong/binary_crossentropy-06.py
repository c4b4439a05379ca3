import numpy as np


def binary_crossentropy(z, t):
    terms = [
        max(a, 0) - a * b + np.log2(1 + np.exp(-abs(a)))      # surprise, in bits
        for a, b in zip(z.ravel(), t.ravel())
    ]
    loss = sum(terms) / len(terms)

    def sigma(a):
        e = np.exp(-abs(a))
        return 1 / (1 + e) if a >= 0 else e / (1 + e)

    p = np.array([sigma(a) for a in z.ravel()]).reshape(z.shape)
    dz = (p - t) / len(z)
    return loss, dz
