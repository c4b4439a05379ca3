import numpy as np


def batch_norm_forward(x, gamma, beta, epsilon=1e-3):
    rstd = (x.var(0) + epsilon) ** -0.5
    x_hat = (x - x.mean(0)) * rstd
    return gamma * x_hat + beta, {"x_hat": x_hat, "scale": gamma * rstd}


def batch_norm_backward(dy, cache):
    x_hat, scale = cache["x_hat"], cache["scale"]
    dgamma = np.einsum("nd,nd->d", dy, x_hat)
    dbeta = dy.sum(0)
    dx = scale * (dy - dbeta / len(dy) - x_hat * dgamma / len(dy))
    return dx, dgamma, dbeta


def moving_statistics(x, moving_mean, moving_variance, momentum=0.99):
    new_mean = momentum * moving_mean + (1.0 - momentum) * x.mean(0)
    new_variance = momentum * moving_variance + (1.0 - momentum) * x.var(0)
    return new_mean, new_variance
