import numpy as np


def contractive(h, kernel, weight):
    n = h.shape[0]
    # the whole Jacobian of every image, (n, units, inputs)
    s = h - h * h
    J = np.einsum("iu,ku->iuk", s, kernel)
    penalty = weight * np.square(J).sum() / n
    dJ = 2 * weight / n * J
    ds = np.einsum("iuk,ku->iu", dJ, kernel)
    dh = ds * (1 - h - h)
    dkernel = np.einsum("iuk,iu->ku", dJ, s)
    return float(penalty), dh, dkernel
