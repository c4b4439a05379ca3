"""Exercise 22 by einsum."""

import numpy as np


def contractive(h, kernel, weight):
    """Return penalty, dh, dkernel."""
    f = weight / h.shape[0]
    s = np.einsum("iu,iu->iu", h, 1 - h)
    k2 = np.einsum("ku,ku->u", kernel, kernel)
    penalty = f * np.einsum("iu,iu,u->", s, s, k2)
    dh = 2 * f * np.einsum("iu,iu,u->iu", s, 1 - 2 * h, k2)
    dkernel = 2 * f * np.einsum("ku,iu,ju->ku", kernel, s, s)
    return penalty, dh, dkernel
