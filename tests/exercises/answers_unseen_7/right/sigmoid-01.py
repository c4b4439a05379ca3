"""Exercise 3: the sigmoid, which turns any number into one between 0 and 1.

    y = σ(x) = 1 / (1 + exp(-x))                                                               (1)

On paper, that is all. In a computer exp(-x) overflows for x = -1000: NumPy warns, and worse
follows where such a number is used again. Multiply above and below by exp(x) and you get a second
form, equal to the first:

    y = exp(x) / (1 + exp(x))                                                                  (2)

Form (1) is safe where x >= 0, form (2) where x < 0. Whatever you write, exp must never be given a
large positive number. Beware: np.where computes both of its sides, for all of x, and only then
chooses.                                                                                       (3)

The slope of σ can be told from its output alone: it is y (1 - y). By the chain rule,

    dx = dy · y · (1 - y)                                                                      (4)

where y is the output of forward, not the x that went in: a good thing to keep in the cache.

Shapes: x, y, dy and dx all have the same shape, whatever it is.

Worked example (1.0986 is log 3):

    x = [-1.0986, 0,    1.0986]        dy = [1,      1,    4   ]
    y = [ 0.25,   0.5,  0.75  ]        dx = [0.1875, 0.25, 0.75]        0.75 = 4 · 0.75 · 0.25

And far out, x = [-1000, 1000] has y = [0, 1] and dx = [0, 0]: in float64 and in float32, and without
a warning.
"""

import numpy as np


def sigmoid_forward(x):
    """Return y, cache: y by formulas (1) and (2), and whatever sigmoid_backward needs."""
    # log σ(x) = -log(exp(0) + exp(-x)), and NumPy has a function that does just this safely
    y = np.exp(-np.logaddexp(0, np.multiply(x, -1.0)))
    return y, y * (1 - y)


def sigmoid_backward(dy, cache):
    """Return dx, by formula (4)."""
    return dy * cache
