import numpy as np


def kl_sparsity(code, target, weight):
    n = len(code)
    q = np.clip(code.mean(axis=0), 1e-7, 1 - 1e-7)
    p = target
    penalty = weight * (p * np.log10(p / q) + (1 - p) * np.log10((1 - p) / (1 - q)))
    dcode = weight / n * (-p / q + (1 - p) / (1 - q)) + 0 * code
    return penalty, dcode
