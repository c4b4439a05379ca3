from math import log

import numpy as np


def kl_sparsity(code, target, weight):
    n, units = code.shape
    penalty = 0.0
    dcode = np.zeros((n, units))
    for u in range(units):
        mean = 0.0
        for i in range(n):
            mean += code[i, u] / n
        mean = min(max(mean, 1e-7), 1 - 1e-7)
        # entropy form: -H(rho) - rho log q - (1 - rho) log(1 - q)
        penalty += target * (log(target) - log(mean))
        penalty += (1 - target) * (log(1 - target) - log(1 - mean))
        slope = (mean - target) / (mean * (1 - mean))
        for i in range(n):
            dcode[i, u] = weight * slope / n
    return weight * penalty, dcode
