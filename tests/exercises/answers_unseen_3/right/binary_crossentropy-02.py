"""Binary cross-entropy as a weighted choice between two surprises."""
import numpy as np


def _split(z):
    """log p and log(1 - p), neither of which can overflow"""
    correction = np.log1p(np.exp(np.where(z > 0, -z, z)))
    return np.minimum(z, 0) - correction, np.minimum(-z, 0) - correction


def binary_crossentropy(z, t):
    log_p, log_q = _split(z)
    total = -(t * log_p + (1 - t) * log_q).sum()
    # 1/K ((1 - t) p - t (1 - p)) = 1/K (p - t)
    p, q = np.exp(log_p), np.exp(log_q)
    dz = (1 - t) * p - t * q
    dz /= z.size
    return total / z.size, dz
