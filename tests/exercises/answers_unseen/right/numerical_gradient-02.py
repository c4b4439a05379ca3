import numpy as np


def numerical_gradient(f, x, step=1e-5):
    x = np.asarray(x).astype(np.float64)
    unit = np.eye(x.size)
    slopes = [
        (f((x.reshape(-1) + step * e).reshape(x.shape)) - f((x.reshape(-1) - step * e).reshape(x.shape))) / (2 * step)
        for e in unit
    ]
    return np.array(slopes).reshape(x.shape)
