import numpy as np


class Reparameterise:
    def __call__(self, mu, logvar, eps):
        self.half = logvar / 2
        self.eps = eps
        return mu + np.exp(self.half) * self.eps

    def grad(self, dz):
        # exp is its own derivative
        return dz.copy(), dz * self.eps * np.exp(self.half)


def reparameterise_forward(mu, logvar, eps):
    node = Reparameterise()
    return node(mu, logvar, eps), node


def reparameterise_backward(dz, cache):
    return cache.grad(dz)


def kl_divergence(mu, logvar):
    batch = mu.shape[0]
    kl = -0.5 * np.sum(1 + logvar - np.square(mu) - np.exp(logvar)) / batch
    return kl, mu / batch, 0.5 * np.expm1(logvar) / batch
