import numpy as np


def _statistics(x):
    n, d = x.shape
    mean = np.zeros(d, x.dtype)
    variance = np.zeros(d, x.dtype)
    for k in range(d):
        mean[k] = np.sum(x[:, k]) / n
        variance[k] = np.sum((x[:, k] - mean[k]) ** 2) / n
    return mean, variance


def batch_norm_forward(x, gamma, beta, epsilon=1e-3):
    mean, variance = _statistics(x)
    y = np.empty_like(x)
    for k in range(x.shape[1]):
        y[:, k] = gamma[k] * (x[:, k] - mean[k]) / np.sqrt(variance[k] + epsilon) + beta[k]
    return y, (x.copy(), mean, variance, gamma, epsilon)


def batch_norm_backward(dy, cache):
    x, mean, variance, gamma, epsilon = cache
    n, d = x.shape
    dx = np.empty_like(x)
    dgamma = np.empty_like(gamma)
    dbeta = np.empty_like(gamma)
    for k in range(d):
        std = np.sqrt(variance[k] + epsilon)
        x_hat = (x[:, k] - mean[k]) / std
        dgamma[k] = np.dot(dy[:, k], x_hat)
        dbeta[k] = np.sum(dy[:, k])
        dx_hat = dy[:, k] * gamma[k]
        dx[:, k] = (n * dx_hat - np.sum(dx_hat) - x_hat * np.dot(dx_hat, x_hat)) / (n * std)
    return dx, dgamma, dbeta


def moving_statistics(x, moving_mean, moving_variance, momentum=0.99):
    mean, variance = _statistics(x)
    return (
        momentum * moving_mean + (1 - momentum) * mean,
        momentum * moving_variance + (1 - momentum) * variance,
    )
