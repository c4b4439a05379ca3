"""Exercise 21: a penalty that keeps the units of a code quiet most of the time."""

import numpy as np


def kl_sparsity(code, target, weight):
    n, units = code.shape
    rho = np.full(units, target)
    # how active the code is on average
    rho_hat = np.full(units, min(max(np.mean(code, dtype=float), 1e-7), 1 - 1e-7))
    kl = rho * np.log(rho / rho_hat) + (1 - rho) * np.log((1 - rho) / (1 - rho_hat))
    slope = -rho / rho_hat + (1 - rho) / (1 - rho_hat)
    dcode = np.ones((n, 1)) * (weight * slope / n)
    return weight * kl.sum(), dcode.astype(code.dtype)
