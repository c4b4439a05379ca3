"""Exercise 17."""

import numpy as np


def column_mean(a):
    """Mean over the batch."""
    return np.add.reduce(a, axis=0) / len(a)


def batch_norm_forward(x, gamma, beta, epsilon=1e-3):
    """Return y, cache."""
    centred = x - column_mean(x)
    deviation = np.sqrt(column_mean(np.square(centred))) + epsilon
    normed = centred / deviation
    return normed * gamma + beta, {"normed": normed, "deviation": deviation, "gamma": gamma}


def batch_norm_backward(dy, cache):
    """Return dx, dgamma, dbeta."""
    normed, deviation, gamma = cache["normed"], cache["deviation"], cache["gamma"]
    dbeta = np.add.reduce(dy, axis=0)
    dgamma = np.add.reduce(dy * normed, axis=0)
    # gamma is the same in every row, so it can be pulled out of the sums of (8)
    dx = gamma / deviation * (dy - dbeta / len(dy) - normed * dgamma / len(dy))
    return dx, dgamma, dbeta


def moving_statistics(x, moving_mean, moving_variance, momentum=0.99):
    """Return moving_mean, moving_variance."""
    mean = column_mean(x)
    variance = column_mean(np.square(x - mean))

    def blend(old, new):
        return momentum * old + (1 - momentum) * new

    return blend(moving_mean, mean), blend(moving_variance, variance)
