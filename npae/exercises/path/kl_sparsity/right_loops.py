"""Loops over units, with math.log."""

import math

import numpy as np


def kl_sparsity(code, target, weight):
    dcode = np.zeros_like(code)
    penalty = 0.0
    for unit in range(code.shape[1]):
        rho_hat = float(sum(code[:, unit])) / len(code)
        rho_hat = min(max(rho_hat, 1e-7), 1 - 1e-7)
        penalty += target * math.log(target / rho_hat)
        penalty += (1 - target) * math.log((1 - target) / (1 - rho_hat))
        dcode[:, unit] = weight / len(code) * ((1 - target) / (1 - rho_hat) - target / rho_hat)
    return weight * penalty, dcode
