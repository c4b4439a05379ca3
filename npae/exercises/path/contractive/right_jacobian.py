"""The whole Jacobian of every image, and its squares."""

import numpy as np


def contractive(h, kernel, weight):
    n = h.shape[0]
    s = h - h * h
    jacobian = np.einsum("nj,ij->nji", s, kernel)
    penalty = weight * np.mean(np.sum(jacobian**2, axis=(1, 2)))
    djacobian = 2 * weight / n * jacobian
    ds = np.einsum("nji,ij->nj", djacobian, kernel)
    dkernel = np.einsum("nji,nj->ij", djacobian, s)
    return penalty, ds * (1 - 2 * h), dkernel
