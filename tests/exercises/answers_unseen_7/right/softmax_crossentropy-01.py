"""Exercise 8: softmax cross-entropy, from logits.

Each of n examples belongs to one of several classes. The network answers with one logit for each
class, any real numbers, and softmax makes of each row of logits a row of probabilities, which are
positive and add up to 1:

    p[i, k]  =  exp(z[i, k])  /  Σ_j exp(z[i, j])                                              (1)

The label t[i], an integer counted from 0, says to which class example i belongs. The loss asks how
surprised one would be by that if one believed p:

    L        =  1/n · Σ_i  -log p[i, t[i]]                                                     (2)

Written like that it cannot be computed: exp(1000) is infinity in a computer, and infinity divided
by infinity is not a number. But a number that is subtracted from all logits of a row cancels in
(1). So subtract the largest one of the row; then every exponent is 0 or less, and every sum of
exponentials at least 1:

    s[i, k]  =  z[i, k]  -  max_j z[i, j]                                                      (3)

And p may be so small that it is 0 in a computer, with a logarithm of minus infinity. So take the
logarithm of (1) on paper, where it cancels the exp:

    log p[i, k]  =  s[i, k]  -  log Σ_j exp(s[i, j])                                           (4)

The derivative of (2) goes through log and through the fraction; nearly everything cancels:

    dz[i, k]  =  1/n · (p[i, k] - 1)    where k is the label t[i],
                 1/n ·  p[i, k]         everywhere else                                        (5)

Shapes:
    z   (n, classes)      t   (n,), integers from 0 to classes - 1
    dz  (n, classes)      L   one number, not an array

z and t belong to the caller; they have to stay as they are.

Worked example, n = 2, classes = 3 (0.6931 is log 2, and 1.0986 is log 3):

    z = [[0,      0.6931, 0],      t = [1, 2]      p = [[0.25, 0.5, 0.25],
         [1.0986, 0,      0]]                           [0.6,  0.2, 0.2 ]]

    L = (0.6931 + 1.6094) / 2 = 1.1513       1.6094 = -log 0.2 = -(0 - 1.0986 - log(1 + 1/3 + 1/3))

    dz = [[0.125, -0.25,  0.125],            -0.25 = (0.5 - 1) / 2
          [0.3,    0.1,  -0.4  ]]

And far out, z = [[1000, 0]] has the loss 1000 where t = [1], and 0 where t = [0]: in float64 and in
float32, and without a warning.
"""

import numpy as np


def _one_row(row, label):
    """Loss and p - onehot of a single example."""
    s = row - row.max()
    e = np.exp(s)
    total = e.sum()
    hit = np.arange(row.size) == label
    return np.log(total) - s[label], e / total - hit


def softmax_crossentropy(z, t):
    """Return loss, dz: the loss by formulas (2) to (4), its gradient with respect to z by (5)."""
    n = z.shape[0]
    losses, slopes = zip(*(_one_row(row, int(label)) for row, label in zip(z, t)))
    return float(sum(losses) / n), np.stack(slopes) / n
