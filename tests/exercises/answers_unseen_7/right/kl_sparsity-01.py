"""Exercise 21: a penalty that keeps the units of a code quiet most of the time.

A code with more units than it needs is still useful if each unit speaks up for few images only. The
penalty compares how active a unit is on average with a small target rho, by the Kullback-Leibler
divergence of two coins. The mean is kept away from 0 and 1, so that no logarithm is infinite:

    rho_hat[u]  =  clip(Σ_i code[i, u] / n,  1e-7,  1 - 1e-7)                                      (1)

    penalty  =  weight · Σ_u  rho · log(rho / rho_hat[u]) + (1 - rho) · log((1 - rho) / (1 - rho_hat[u]))
                                                                                                   (2)
The logarithm is the natural one. First the slope of each unit's term by its mean, then the code's
share, since every image has 1/n of the mean:

    slope[u]     =  -rho / rho_hat[u]  +  (1 - rho) / (1 - rho_hat[u])                             (3)
    dcode[i, u]  =  weight · slope[u] / n                                                          (4)

Where (1) clips, take (3) and (4) at the clipped value: a dead unit is to be pushed until it wakes up.

Shapes:
    code     (n, units), between 0 and 1, as a sigmoid gives it          dcode like code
    penalty  a number; so are target (rho above) and weight

Worked example, n = 2, units = 2, target 0.25, weight 2:

    code = [[0.3, 0.5],      rho_hat = [0.2, 0.5]           penalty = 2 · (0.007382 + 0.130812)
            [0.1, 0.5]]      slope   = [-0.3125, 1]                 = 0.276388

    dcode = [[-0.3125, 1],       -0.3125 = 2 · (-0.3125) / 2
             [-0.3125, 1]]
"""

import numpy as np


def kl_sparsity(code, target, weight):
    """Return penalty, dcode: by formulas (2) and (4)."""
    coin = np.array([target, 1 - target])  # heads, tails
    mean = np.clip(np.einsum("iu->u", code) / code.shape[0], 1e-7, 1 - 1e-7)
    seen = np.stack([mean, 1 - mean])
    penalty = weight * float(np.sum(coin @ np.log(coin[:, None] / seen)))
    slope = np.array([-1, 1]) @ (coin[:, None] / seen)
    return penalty, np.outer(np.full(len(code), weight / len(code)), slope)
