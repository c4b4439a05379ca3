"""The mean keeps its axis, and a broadcast spreads the gradient over the images."""

import numpy as np


def kl_sparsity(code, target, weight):
    rho, rho_hat = target, code.mean(axis=0, keepdims=True).clip(1e-7, 1 - 1e-7)
    on, off = rho / rho_hat, (1 - rho) / (1 - rho_hat)
    penalty = weight * float(np.sum(rho * np.log(on) + (1 - rho) * np.log(off)))
    dcode = np.broadcast_to(weight * (off - on) / code.shape[0], code.shape).copy()
    return penalty, dcode
