"""Exercise 21: a penalty that keeps the units of a code quiet most of the time."""

import numpy as np


def kl_sparsity(code, target, weight):
    rho_hat = np.clip(code.mean(axis=0, dtype=np.float64), 1e-7, 1 - 1e-7)
    terms = target * np.log(target / rho_hat) + (1 - target) * np.log((1 - target) / (1 - rho_hat))
    penalty = weight * terms.sum()
    slope = -target / rho_hat + (1 - target) / (1 - rho_hat)
    dcode = np.empty_like(code)
    dcode[:] = weight * slope / len(code)
    return float(penalty), dcode
