import numpy as np


def mean_squared_error(y, t):
    """The loss is a mean, so its derivative is the mean of the derivatives."""
    d = y - t
    loss = (d * d).mean()
    slope = (2 * d).mean()
    return loss, np.full_like(d, slope)
