import numpy as np


class Clamp:
    """like torch.clamp, with backward"""

    def __init__(self, low, high):
        self.low, self.high = low, high

    def forward(self, v):
        self.inside = (v > self.low) & (v < self.high)
        return np.clip(v, self.low, self.high)

    def backward(self, dv):
        return dv * self.inside


class BernoulliKL:
    def __init__(self, rho):
        self.rho = rho

    def forward(self, q):
        self.q = q
        r = self.rho
        return np.sum(r * np.log(r / q) + (1 - r) * np.log((1 - r) / (1 - q)))

    def backward(self):
        return (1 - self.rho) / (1 - self.q) - self.rho / self.q


def kl_sparsity(code, target, weight):
    """Return penalty, dcode: by formulas (2) and (4)."""
    clamp, kl = Clamp(1e-7, 1 - 1e-7), BernoulliKL(target)
    penalty = weight * kl.forward(clamp.forward(code.mean(axis=0)))
    dmean = clamp.backward(weight * kl.backward())
    dcode = np.ones_like(code) * dmean / code.shape[0]
    return penalty, dcode
