import numpy as np


def coin_kl(p, q):
    """KL divergence of two coins"""
    return p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q))


def coin_kl_slope(p, q):
    return np.log(p / q) - np.log((1 - p) / (1 - q))


def kl_sparsity(code, target, weight):
    rho_hat = np.clip(np.average(code, axis=0), 1e-7, 1 - 1e-7)
    penalty = weight * coin_kl(rho_hat, target).sum()
    dcode = np.broadcast_to(weight / len(code) * coin_kl_slope(rho_hat, target), code.shape).copy()
    return penalty, dcode
