"""Exercise 21: a penalty that keeps the units of a code quiet most of the time."""

import math

import numpy as np


def unit_term(activity, rho):
    """Return one unit's divergence and its slope; activity is its mean over the batch."""
    active = min(max(activity, 1e-7), 1 - 1e-7)
    quiet = 1 - active
    divergence = rho * math.log(rho / active) + (1 - rho) * math.log((1 - rho) / quiet)
    return divergence, (1 - rho) / quiet - rho / active


def kl_sparsity(code, target, weight):
    """Return penalty, dcode: by formulas (2) and (4)."""
    n, units = code.shape
    penalty = 0.0
    dcode = np.empty_like(code)
    for u in range(units):
        divergence, slope = unit_term(math.fsum(code[:, u]) / n, target)
        penalty += weight * divergence
        dcode[:, u] = weight * slope / n
    return penalty, dcode
