"""Exercise 6: the mean squared error, where backpropagation starts.

The chain ends in one number that says how far the output y is from the target t. This one
averages the squared differences over all entries: examples, channels, pixels, whatever there is.
K is their number (y.size).

    L   =  1/K · Σ (y - t)²             over all K entries                                     (1)

L does not feed anything further, so there is no dy from above: the loss makes the first one. One
entry y[i] appears in one term of the sum only, and the derivative of (y - t)² is 2 (y - t):

    dy  =  2/K · (y - t)                                                                       (2)

The 1/K stands in (2) because it stands in (1): a gradient always belongs to the number that was
returned. It is here, and only here, that gradients are divided by the size of the batch.

Shapes: y, t and dy all have the same shape, whatever it is; the loss is one number, not an array.

Worked example, K = 6:

    y = [[1, 2, 3],      t = [[1, 4, 3],      y - t = [[0, -2, 0],      L = (4 + 1 + 1) / 6 = 1
         [1, 1, 5]]           [0, 2, 5]]               [1, -1, 0]]

    dy = [[0,     -0.667, 0],
          [0.333, -0.333, 0]]
"""

import numpy as np


def mean_squared_error(y, t):
    """Return loss, dy: the loss by formula (1), its gradient with respect to y by formula (2)."""
    diff = y - t
    loss = np.mean(diff ** 2)
    dy = diff / y.size
    return loss, dy
