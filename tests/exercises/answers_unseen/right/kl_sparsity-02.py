import numpy as np
from math import log


def kl_sparsity(code, target, weight):
    n, units = code.shape
    penalty = 0.0
    dcode = np.zeros(code.shape)
    for u in range(units):
        mean = float(sum(code[:, u])) / n
        mean = min(max(mean, 1e-7), 1 - 1e-7)
        # log(a / b) = log a - log b
        penalty += target * (log(target) - log(mean))
        penalty += (1 - target) * (log(1 - target) - log(1 - mean))
        # -rho / m + (1 - rho) / (1 - m) over a common denominator
        dcode[:, u] = weight / n * (mean - target) / (mean * (1 - mean))
    return weight * penalty, dcode
