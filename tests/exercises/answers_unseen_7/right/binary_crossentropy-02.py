import numpy as np


class _Logit:
    """A logit, and what can be told about it without ever overflowing."""

    def __init__(self, z):
        self.z = np.asarray(z) * 1.0
        self.tail = np.exp(-np.abs(self.z))

    @property
    def probability(self):
        near = np.reciprocal(1 + self.tail)
        return np.where(self.z < 0, self.tail * near, near)

    def surprise(self, t):
        return np.maximum(self.z, 0) - self.z * t + np.log1p(self.tail)


def binary_crossentropy(z, t):
    logit = _Logit(z)
    per_entry = logit.surprise(t)
    return per_entry.sum().item() / per_entry.size, (logit.probability - t) / per_entry.size
