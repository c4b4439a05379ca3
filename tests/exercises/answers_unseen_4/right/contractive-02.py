"""Exercise 22: the contractive penalty, which makes a code deaf to small changes of the image."""

import numpy as np


def contractive(h, kernel, weight):
    """Return penalty, dh, dkernel: with the Jacobian itself, image by image."""
    share = weight / h.shape[0]
    penalty, dh, dkernel = 0.0, np.empty_like(h), np.zeros_like(kernel)
    for i, activity in enumerate(h):
        s = activity - activity * activity
        jacobian = kernel.T * s[:, None]  # (units, inputs)
        penalty += share * float(np.vdot(jacobian, jacobian))
        djacobian = 2 * share * jacobian
        dkernel += (djacobian * s[:, None]).T
        ds = np.einsum("uk,ku->u", djacobian, kernel)
        dh[i] = ds * (1 - 2 * activity)
    return penalty, dh, dkernel
