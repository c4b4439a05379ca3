import numpy as np


def kl_sparsity(code, target, weight):
    """
    code: (n, units)
    returns penalty and dcode
    """
    (n, units) = np.shape(code)
    lo, hi = 1e-7, 1 - 1e-7

    rho_hat = np.ones(n) @ code / n
    rho_hat = np.where(rho_hat < lo, lo, np.where(rho_hat > hi, hi, rho_hat))

    on = target * np.log(target / rho_hat)
    off = (1 - target) * np.log((1 - target) / (1 - rho_hat))
    penalty = weight * np.mean(on + off)

    dcode = np.zeros((n, units))
    for i in range(n):
        dcode[i] = weight / n * (-target / rho_hat - (1 - target) / (1 - rho_hat))
    return penalty, dcode
