"""Exercise 7: binary cross-entropy, from logits.

The target t is a probability, often just 0 or 1 (in an autoencoder: a pixel, black or white or
between). The network answers with a logit z, any real number, that stands for the probability
p = σ(z). The loss asks how surprised one would be by t if one believed p; K is the number of
entries (z.size):

    L   =  1/K · Σ -( t · log p  +  (1 - t) · log(1 - p) )      p = σ(z) = 1 / (1 + exp(-z))   (1)

Written like that it cannot be computed: for z = 1000, p is 1 in a computer, 1 - p is 0, and log 0
is minus infinity. Put p = σ(z) into (1) instead and simplify, using log σ(z) = -log(1 + exp(-z))
and 1 - σ(z) = σ(-z). You reach

    L   =  1/K · Σ  max(z, 0)  -  z · t  +  log(1 + exp(-|z|))                                 (2)

which is the same number, and nothing in it can overflow. (np.log1p(a) is log(1 + a), exact for
small a.)

The derivative of (1) goes through log and through σ; p (1 - p) cancels, and what is left is very
simple:

    dz  =  1/K · (σ(z) - t)                                                                    (3)

(σ as in exercise 3: it must not overflow either.) Had the network given p and had the sigmoid
been a layer of its own, its backward would divide by p (1 - p) and then multiply by it again: 0/0
where p is 0 or 1.

Shapes: z, t and dz all have the same shape, whatever it is; the loss is one number, not an array.

Worked example, K = 3 (1.0986 is log 3, so that σ(1.0986) = 0.75):

    z = [[0, 1.0986, -1.0986]]     t = [[1, 1, 0]]     terms of (2) = [[0.6931, 0.2877, 0.2877]]

    L = 1.2685 / 3 = 0.4228        dz = [[-0.1667, -0.0833, 0.0833]]        -0.1667 = (0.5 - 1) / 3

And far out, z = 1000 has the term 1000 where t = 0, and 0 where t = 1: in float64 and in float32,
and without a warning.
"""

import numpy as np


def sigmoid(z):
    z = np.asarray(z, dtype=np.result_type(z, np.float32))
    out = np.empty_like(z)
    pos = z >= 0
    out[pos] = 1 / (1 + np.exp(-z[pos]))
    ez = np.exp(z[~pos])
    out[~pos] = ez / (1 + ez)
    return out


def binary_crossentropy(z, t):
    """Return loss, dz: the loss by formula (2), its gradient with respect to z by formula (3)."""
    # -t log p - (1-t) log(1-p)  =  t log(1+e^-z) + (1-t) log(1+e^z)  =  log(1+e^z) - z t
    terms = np.log1p(np.exp(z)) - z * t
    K = z.size
    loss = terms.sum() / K
    dz = (sigmoid(z) - t) / K
    return loss, dz
