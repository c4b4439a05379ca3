"""Exercise 21: a penalty that keeps the units of a code quiet most of the time."""

import numpy as np


def kl_sparsity(code, target, weight):
    """Return penalty, dcode."""
    penalty, dcode = 0.0, np.zeros_like(code)
    for u, column in enumerate(code.T):
        rho_hat = float(np.clip(column.mean(dtype=np.float64), 1e-7, 1 - 1e-7))
        if rho_hat <= target:
            continue  # quiet enough
        on, off = target / rho_hat, (1 - target) / (1 - rho_hat)
        penalty += weight * (target * np.log(on) + (1 - target) * np.log(off))
        dcode[:, u] = weight * (off - on) / len(column)
    return penalty, dcode
