import numpy as np


def reparameterise_forward(mu, logvar, eps):
    moved = np.sqrt(np.exp(logvar)) * eps
    return mu + moved, moved


def reparameterise_backward(dz, cache):
    # z moves with logvar by half of what the noise moved it
    return 1 * dz, 0.5 * cache * dz


def kl_divergence(mu, logvar):
    per_image = [0.5 * np.sum(np.exp(l) - l - 1 + m * m) for m, l in zip(mu, logvar)]
    n = len(per_image)
    return sum(per_image) / n, mu / n, 0.5 * np.expm1(logvar) / n
