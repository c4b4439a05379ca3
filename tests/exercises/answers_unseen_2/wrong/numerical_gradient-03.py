import numpy as np


def _perturbations(x, step):
    # one array per entry of x: zero everywhere, except for that entry.
    # 1e-5 gets lost next to a big number, so make the move relative for big entries
    size = step * np.maximum(1.0, np.abs(x))
    return np.diag(size.ravel()).reshape((x.size,) + x.shape)


def numerical_gradient(f, x, step=1e-5):
    x64 = np.array(x, dtype="float64")
    slopes = [(f(x64 + d) - f(x64 - d)) / (2 * step) for d in _perturbations(x64, step)]
    return np.array(slopes).reshape(x64.shape)
