"""KL sparsity."""

import numpy as np


def kl_sparsity(code, target, weight):
    """Return penalty, dcode."""
    rho = target
    rho_hat = np.clip(np.mean(code, axis=0), 1e-7, 1 - 1e-7)
    terms = rho * (np.log(rho) - np.log(rho_hat)) + (1 - rho) * (np.log(1 - rho) - np.log(1 - rho_hat))
    slope = -rho / rho_hat + (1 - rho) / (1 - rho_hat)
    dcode = np.empty(code.shape)
    dcode[:] = weight * slope / code.size
    return weight * np.sum(terms), dcode
