"""Binary cross-entropy.

p = σ(z); the chain rule goes from the loss to p and from p to z.
"""
import numpy as np


def binary_crossentropy(z, t):
    small = np.exp(-abs(z))
    positive = z >= 0
    p = np.empty_like(small)
    p[positive] = 1 / (1 + small[positive])
    p[~positive] = small[~positive] / (1 + small[~positive])

    terms = z * (positive - t) + np.log1p(small)
    loss = terms.sum() / terms.size

    slope = p * (1 - p)
    dz = (p - t) * slope / z.size
    return loss, dz
