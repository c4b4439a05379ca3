"""Exercise 23: reparameterisation, and the divergence that a variational autoencoder adds to its loss.

The encoder of a VAE does not give one code but a whole distribution of codes: for each unit a mean mu and
the logarithm of a variance, logvar = log(sigma²), so that the standard deviation is sigma =
exp(logvar / 2). To draw a code and still have gradients, the chance is moved into eps, which is drawn
from N(0, 1) beforehand and then is an input like any other:

    z        =  mu + exp(logvar / 2) · eps                                                         (1)
    dmu      =  dz                                                                                 (2)
    dlogvar  =  dz · eps · 1/2 · exp(logvar / 2)                                                   (3)

The second function says how far that distribution is from N(0, 1), by the Kullback-Leibler divergence: a
sum over the units u, a mean over the images i.

    kl            =  1/n · Σ_i Σ_u  1/2 · (exp(logvar[i, u]) + mu[i, u]² - 1 - logvar[i, u])       (4)
    dmu[i, u]     =  mu[i, u] / n                                                                  (5)
    dlogvar[i, u] =  1/2 · (exp(logvar[i, u]) - 1) / n                                             (6)

(5) and (6) are the gradients of kl alone; in training, (2) and (3) are added to them.

Shapes: mu, logvar, eps, z, dz, dmu and dlogvar are (n, units); kl is a number.

Worked example, n = 1, units = 2, and log 4 = 1.386294:

    mu = [[1, 0]]     logvar = [[log 4, 0]]     eps = [[3, -1]]      z       = [[7, -1]]    7 = 1 + 2·3
    dz = [[1, 10]]                                                   dmu     = [[1, 10]]
                                                                     dlogvar = [[3, -5]]

    kl = 1/2·(4 + 1 - 1 - 1.386294) + 1/2·(1 + 0 - 1 - 0) = 1.306853     dmu = [[1, 0]]
                                                                         dlogvar = [[1.5, 0]]
"""

import numpy as np


def reparameterise_forward(mu, logvar, eps):
    """Return z, cache: z by formula (1), and whatever reparameterise_backward needs."""
    sigma = np.exp(logvar)
    z = mu + sigma * eps
    return z, (sigma, eps)


def reparameterise_backward(dz, cache):
    """Return dmu, dlogvar: by formulas (2) and (3); nobody asks for the gradient of eps."""
    sigma, eps = cache
    dmu = dz.copy()
    dlogvar = dz * eps * 0.5 * sigma
    return dmu, dlogvar


def kl_divergence(mu, logvar):
    """Return kl, dmu, dlogvar: by formulas (4), (5) and (6)."""
    n = mu.shape[0]
    kl = np.sum(0.5 * (np.exp(logvar) + mu**2 - 1 - logvar)) / n
    return kl, mu / n, 0.5 * (np.exp(logvar) - 1) / n
