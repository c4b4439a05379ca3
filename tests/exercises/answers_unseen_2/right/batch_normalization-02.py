import numpy as np


def batch_norm_forward(x, gamma, beta, epsilon=1e-3):
    n, d = x.shape
    # node by node, like a computational graph
    mu = np.ones(n) @ x / n
    centred = x - mu
    sq = centred**2
    var = np.ones(n) @ sq / n
    std = (var + epsilon) ** 0.5
    inv = 1 / std
    xhat = centred * inv
    y = xhat * gamma + beta
    cache = dict(centred=centred, std=std, inv=inv, xhat=xhat, gamma=gamma.copy())
    return y, cache


def batch_norm_backward(dy, cache):
    n, d = dy.shape
    centred, std, inv, xhat = cache["centred"], cache["std"], cache["inv"], cache["xhat"]
    dbeta = np.einsum("nd->d", dy)
    dgamma = np.einsum("nd,nd->d", dy, xhat)
    dxhat = dy * cache["gamma"]
    dinv = np.einsum("nd,nd->d", dxhat, centred)
    dcentred = dxhat * inv
    dstd = -dinv / std**2
    dvar = dstd / (2 * std)
    dsq = np.tile(dvar / n, (n, 1))
    dcentred = dcentred + 2 * centred * dsq
    dmu = -np.einsum("nd->d", dcentred)
    dx = dcentred + np.tile(dmu / n, (n, 1))
    return dx, dgamma, dbeta


def moving_statistics(x, moving_mean, moving_variance, momentum=0.99):
    n, d = x.shape
    out_mean, out_var = np.zeros(d), np.zeros(d)
    for k in range(d):
        m = sum(x[i, k] for i in range(n)) / n
        v = sum((x[i, k] - m) ** 2 for i in range(n)) / n
        out_mean[k] = momentum * moving_mean[k] + (1 - momentum) * m
        out_var[k] = momentum * moving_variance[k] + (1 - momentum) * v
    return out_mean, out_var
