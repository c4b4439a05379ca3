"""Sparsity penalty in loops."""

import math

import numpy as np


def kl_sparsity(code, target, weight):
    """Return penalty, dcode."""
    n, units = code.shape
    penalty = 0.0
    dcode = np.zeros((n, units))
    for u in range(units):
        rho_hat = 0.0
        for i in range(n):
            rho_hat += code[i, u]
        rho_hat /= n
        if rho_hat < 1e-7:
            rho_hat = 1e-7
        if rho_hat > 1 - 1e-7:
            rho_hat = 1 - 1e-7
        penalty += rho_hat * math.log(rho_hat / target)
        penalty += (1 - rho_hat) * math.log((1 - rho_hat) / (1 - target))
        slope = -target / rho_hat + (1 - target) / (1 - rho_hat)
        for i in range(n):
            dcode[i, u] = weight * slope / n
    penalty *= weight
    return penalty, dcode
