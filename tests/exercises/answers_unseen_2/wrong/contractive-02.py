import numpy as np


class ContractivePenalty:
    def __init__(self, weight):
        self.weight = weight

    def forward(self, h, W):
        self.W = W
        self.scale = self.weight / h.shape[0]
        self.dsigm = h - np.power(h, 2)
        self.col_norms = np.linalg.norm(W, axis=0) ** 2
        return self.scale * float(np.sum(self.dsigm**2 @ self.col_norms))

    def backward(self):
        grad_h = 2 * self.scale * self.dsigm * self.col_norms[None, :]
        grad_W = 2 * self.scale * self.W * np.sum(self.dsigm**2, axis=0)[None, :]
        return grad_h, grad_W


def contractive(h, kernel, weight):
    """Return penalty, dh, dkernel: by formulas (2), (3) and (4)."""
    p = ContractivePenalty(weight)
    penalty = p.forward(h, kernel)
    dh, dkernel = p.backward()
    return penalty, dh, dkernel
