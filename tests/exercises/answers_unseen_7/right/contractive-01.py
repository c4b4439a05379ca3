"""Exercise 22: the contractive penalty, which makes a code deaf to small changes of the image.

How much does the code h = sigmoid(x @ kernel + bias) change when a pixel changes? The Jacobian of the
layer says it. The sigmoid's derivative can be had from its output, so for image i, unit u, pixel k:

    s[i, u]  =  h[i, u] · (1 - h[i, u])          J[u, k]  =  s[i, u] · kernel[k, u]                (1)

The penalty is the sum of the squares of all entries of J (no root is taken), averaged over the images
(Rifai and others, Contractive auto-encoders, 2011):

    penalty  =  weight / n · Σ_i Σ_u  s[i, u]² · k2[u]          k2[u]  =  Σ_k kernel[k, u]²        (2)

Its gradients, by h with kernel held fixed, and by kernel with h held fixed:

    dh[i, u]       =  weight / n · 2 · s[i, u] · (1 - 2·h[i, u]) · k2[u]                           (3)
    dkernel[k, u]  =  weight / n · 2 · kernel[k, u] · Σ_i s[i, u]²                                 (4)

1 - 2h is the derivative of s by h. In training, dh joins what the decoder sends back and goes on through
the sigmoid and the dense layer, while dkernel joins what the dense layer says; so here h and kernel
count as two inputs, independent of each other.

Shapes:
    h        (n, units), after the sigmoid           dh like h
    kernel   (inputs, units)                         dkernel like kernel
    penalty  a number; so is weight

Worked example, n = 1, units = 2, inputs = 3, weight 0.5:

    h = [[0.5, 0.4]]     kernel = [[1,  0],     s = [[0.25, 0.24]]     k2 = [5, 1]
                                   [2,  0],
                                   [0, -1]]     penalty = 0.5 · (0.0625·5 + 0.0576·1) = 0.18505

    dh = [[0, 0.048]]    dkernel = [[0.0625, 0], [0.125, 0], [0, -0.0576]]
"""

import numpy as np


def contractive(h, kernel, weight):
    """Return penalty, dh, dkernel: by formulas (2), (3) and (4)."""
    # The penalty is sum(activity * k2) * factor with activity = sum of s² and k2 = sum of kernel²
    factor = weight / h.shape[0]
    s = h * (1 - h)
    k2 = np.einsum("ku,ku->u", kernel, kernel)
    activity = np.einsum("iu,iu->u", s, s)
    penalty = factor * np.dot(activity, k2)
    d_s = 2 * factor * s * k2
    return penalty, d_s - 2 * d_s * h, kernel * (2 * factor * activity)
