"""Numerical gradient without index juggling: one unit array for each entry."""
import numpy as np


def numerical_gradient(f, x, step=1e-5):
    base = np.asarray(x).astype(np.float64)

    def call(displacement):
        return float(f(np.asarray(base + displacement)))

    units = np.eye(base.size).reshape((base.size,) + base.shape)
    slopes = [(call(step * e) - call(-step * e)) / (2 * step) for e in units]
    return np.array(slopes, dtype=np.float64).reshape(base.shape)
