"""Exercise 17: batch normalisation, which gives every feature mean 0 and variance 1 in the batch.

The layer looks at each of the d columns of a batch x of n rows on its own. It subtracts the column's
mean, divides by the column's standard deviation, and lets two numbers that are learned for each
column, gamma and beta, choose another spread and another centre:

    mean[k]      =  1/n · Σ_i  x[i, k]                                                         (1)
    variance[k]  =  1/n · Σ_i (x[i, k] - mean[k])²                                             (2)
    x̂[i, k]      =  (x[i, k] - mean[k])  /  √(variance[k] + epsilon)                           (3)
    y[i, k]      =  gamma[k] · x̂[i, k]  +  beta[k]                                             (4)

epsilon, a small number, keeps (3) finite where all numbers of a column are equal.

Backward. gamma and beta are easy: each has a part in every row of its column.

    dgamma[k]    =  Σ_i  dy[i, k] · x̂[i, k]                                                    (5)
    dbeta[k]     =  Σ_i  dy[i, k]                                                              (6)
    dx̂[i, k]     =  dy[i, k] · gamma[k]                                                        (7)

x is harder: x[i, k] moves its own x̂[i, k], but, through the mean and the variance, also all others
of its column. The three ways, added up and simplified:

    dx[i, k]     =  ( n · dx̂[i, k]  -  Σ_j dx̂[j, k]  -  x̂[i, k] · Σ_j dx̂[j, k] · x̂[j, k] )
                    /  ( n · √(variance[k] + epsilon) )                                        (8)

The second term is what goes through the mean, the third what goes through the variance. (You may as
well take the three steps one by one; the result is the same.)

When the network is used later, perhaps for a single example, there is no batch to take (1) and (2)
from. So while training, one keeps moving averages of both, and uses them in (3) then:

    moving_mean      ←  momentum · moving_mean      +  (1 - momentum) · mean
    moving_variance  ←  momentum · moving_variance  +  (1 - momentum) · variance               (9)

Shapes:
    x, x̂, y                  (n, d)         dx, dy                        (n, d)
    gamma, beta              (d,)           dgamma, dbeta                 (d,)
    mean, variance           (d,)           moving_mean, moving_variance  (d,)
    epsilon, momentum        one number each

All arguments belong to the caller; they have to stay as they are.

Worked example, n = 4, d = 2, epsilon = 1 (far too large, but then the roots are 2 and 3):

    x = [[ 2, 0],      mean     = [1, 4]       x̂ = [[ 0.5, -4/3],      gamma = [ 2,  3]
         [ 2, 4],      variance = [3, 8]            [ 0.5,  0  ],      beta  = [10, 20]
         [ 2, 4],                                   [ 0.5,  0  ],
         [-2, 8]]                                   [-1.5,  4/3]]      y = [[11, 16],
                                                                            [11, 20],
                                                                            [11, 20],
                                                                            [ 7, 24]]

    dy = [[8, 0],      dgamma = [4, 4]         dx = [[ 5.5, -1.6667],   5.5 = (4·16 - 16 - 0.5·8) / (4·2)
          [0, 9],      dbeta  = [8, 12]              [-2.5,  6     ],
          [0, 0],                                    [-2.5, -3     ],
          [0, 3]]                                    [-0.5, -1.3333]]

    and with momentum = 0.9, moving_mean = [0, 0] becomes [0.1, 0.4], and moving_variance = [1, 1]
    becomes [1.2, 1.7].
"""

import numpy as np


def batch_norm_forward(x, gamma, beta, epsilon=1e-3):
    """Return y, cache: y by formulas (1) to (4), and whatever batch_norm_backward needs."""
    mu = x.mean(0)
    xmu = x - mu
    var = (xmu**2).mean(0)
    sqrtvar = np.sqrt(var + epsilon)
    ivar = 1.0 / sqrtvar
    xhat = xmu * ivar
    gammax = gamma * xhat
    out = gammax + beta
    return out, (xhat, gamma, xmu, ivar, sqrtvar)


def batch_norm_backward(dy, cache):
    """Return dx, dgamma, dbeta, in this order, by formulas (5) to (8)."""
    xhat, gamma, xmu, ivar, sqrtvar = cache
    n, d = dy.shape
    # backwards through the graph, one node after the other
    dbeta = dy.sum(axis=0)
    dgamma = (dy * xmu).sum(axis=0)
    dxhat = dy * gamma
    divar = (dxhat * xmu).sum(axis=0)
    dxmu1 = dxhat * ivar
    dsqrtvar = -1.0 / sqrtvar**2 * divar
    dvar = 0.5 / sqrtvar * dsqrtvar
    dsq = np.ones((n, d)) / n * dvar
    dxmu2 = 2 * xmu * dsq
    dx1 = dxmu1 + dxmu2
    dmu = -dx1.sum(axis=0)
    dx2 = np.ones((n, d)) / n * dmu
    return dx1 + dx2, dgamma, dbeta


def moving_statistics(x, moving_mean, moving_variance, momentum=0.99):
    """Return the new moving_mean, moving_variance, after the batch x, by formulas (1), (2) and (9)."""
    keep, take = momentum, 1 - momentum
    return keep * moving_mean + take * x.mean(0), keep * moving_variance + take * x.var(0)
