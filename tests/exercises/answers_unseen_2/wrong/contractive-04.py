import numpy as np


def contractive(h, kernel, weight):
    w = weight / h.shape[0]
    s = np.einsum("iu,iu->iu", h, 1 - h)
    k2 = np.einsum("ku,ku->u", kernel, kernel)
    penalty = w * np.einsum("iu,iu,u->", s, s, k2)
    dh = 2 * w * np.einsum("iu,iu,u->iu", s, 1 - 2 * h, k2)
    dkernel = 2 * w * np.einsum("ku,iu,ju->ku", kernel, s, s)
    return penalty, dh, dkernel
