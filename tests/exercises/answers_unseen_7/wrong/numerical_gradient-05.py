import numpy as np


def numerical_gradient(f, x, step=1e-5):
    # flat is easier: then one plain loop over range() is enough for any shape
    flat = np.array(x, dtype=np.float64).ravel()
    out = []
    for i in range(flat.size):
        up = flat.copy()
        dn = flat.copy()
        up[i] += step
        dn[i] -= step
        out.append((f(up) - f(dn)) / (2.0 * step))
    return np.array(out, dtype=np.float64).reshape(np.shape(x))
