import numpy as np


def batch_norm_forward(x, gamma, beta, epsilon=1e-3):
    """Return y, cache: y by formulas (1) to (4), and whatever batch_norm_backward needs."""
    N, D = x.shape
    # step 1: mean
    mu = 1.0 / N * np.sum(x, axis=0)
    # step 2: subtract it
    xmu = x - mu
    # step 3, 4: variance
    sq = xmu**2
    var = 1.0 / N * np.sum(sq, axis=0)
    # step 5: root, plus epsilon so that nobody divides by 0
    sqrtvar = np.sqrt(var)
    denom = sqrtvar + epsilon
    # step 6, 7
    ivar = 1.0 / denom
    xhat = xmu * ivar
    # step 8, 9
    out = gamma * xhat + beta
    return out, (xhat, gamma, xmu, ivar, denom, sqrtvar)


def batch_norm_backward(dy, cache):
    """Return dx, dgamma, dbeta, in this order, by formulas (5) to (8)."""
    xhat, gamma, xmu, ivar, denom, sqrtvar = cache
    N, D = dy.shape
    # step 9
    dbeta = np.sum(dy, axis=0)
    # step 8
    dgamma = np.sum(dy * xhat, axis=0)
    dxhat = dy * gamma
    # step 7
    divar = np.sum(dxhat * xmu, axis=0)
    dxmu1 = dxhat * ivar
    # step 6
    dsqrtvar = -1.0 / (denom**2) * divar
    # step 5
    dvar = 0.5 / np.maximum(sqrtvar, 1e-12) * dsqrtvar
    # step 4
    dsq = 1.0 / N * np.ones((N, D)) * dvar
    # step 3
    dxmu2 = 2 * xmu * dsq
    # step 2
    dx1 = dxmu1 + dxmu2
    dmu = -1 * np.sum(dx1, axis=0)
    # step 1
    dx2 = 1.0 / N * np.ones((N, D)) * dmu
    return dx1 + dx2, dgamma, dbeta


def moving_statistics(x, moving_mean, moving_variance, momentum=0.99):
    """Return the new moving_mean, moving_variance, after the batch x, by formulas (1), (2) and (9)."""
    N = x.shape[0]
    mu = np.sum(x, axis=0) / N
    var = np.sum((x - mu) ** 2, axis=0) / N
    mm = momentum * moving_mean + (1 - momentum) * mu
    mv = momentum * moving_variance + (1 - momentum) * var
    return mm, mv
