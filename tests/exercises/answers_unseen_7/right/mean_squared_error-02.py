import math

import numpy as np


def _residuals(y, t):
    yield from (float(a) - float(b) for a, b in zip(np.ravel(y), np.ravel(t)))


def mean_squared_error(y, t):
    shape = np.shape(y)
    count = math.prod(shape)
    loss = math.fsum(r * r for r in _residuals(y, t)) / count
    dy = np.fromiter((2.0 * r / count for r in _residuals(y, t)), dtype=np.float64, count=count)
    kind = np.result_type(np.asarray(y).dtype, np.asarray(t).dtype)
    if np.issubdtype(kind, np.floating):
        dy = dy.astype(kind)
    return loss, dy.reshape(shape)
