import numpy as np


def batch_norm_forward(x, gamma, beta, epsilon=1e-3):
    n = len(x)
    mean = np.sum(x, axis=0) / n
    variance = np.sum((x - mean) ** 2, axis=0) / n
    std = np.sqrt(variance + epsilon)
    x_hat = (x - mean) / std
    y = gamma * x_hat + beta
    return y, (x_hat, std, gamma)


def batch_norm_backward(dy, cache):
    x_hat, std, gamma = cache
    n = len(dy)
    dgamma = np.sum(dy * x_hat, axis=0)
    dbeta = np.sum(dy, axis=0)
    dx_hat = dy * gamma
    through_mean = np.sum(dx_hat, axis=0)
    through_variance = x_hat * np.sum(dx_hat * x_hat, axis=0)
    dx = (n * dx_hat - through_mean - through_variance) / (n * std)
    return dx, dgamma, dbeta


def moving_statistics(x, moving_mean, moving_variance, momentum=0.99):
    n = len(x)
    mean = np.sum(x, axis=0) / n
    variance = np.sum((x - mean) ** 2, axis=0) / n
    moving_mean = momentum * moving_mean + (1 - momentum) * mean
    moving_variance = momentum * moving_variance + (1 - momentum) * variance
    return moving_mean, moving_variance
