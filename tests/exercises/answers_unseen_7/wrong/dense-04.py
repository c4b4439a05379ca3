"""Exercise 5: the dense layer, in which every output looks at every input.

A batch of n examples, one in each row, each of n_in numbers, becomes n rows of units numbers:

    y[i, u]  =  Σ_k x[i, k] · kernel[k, u]  +  bias[u]             y = x @ kernel + bias       (1)

For backward, ask of every entry which entries of y it moves, and how fast, and add that up.
x[i, k] moves y[i, u] by kernel[k, u], for every u. kernel[k, u] moves y[i, u] by x[i, k], and
bias[u] moves it by 1, in every example i:

    dx[i, k]       =  Σ_u  dy[i, u] · kernel[k, u]                                             (2)
    dkernel[k, u]  =  Σ_i  x[i, k] · dy[i, u]                                                  (3)
    dbias[u]       =  Σ_i  dy[i, u]                                                            (4)

(2) and (3) are one matrix product each, with one matrix transposed. Which one, and on which side?
The shapes tell: a gradient has the shape of the thing itself. Nothing is divided by n: where the
loss is a mean, the division is already in dy.                                                 (5)

Shapes:
    x       (n, n_in)           dx       (n, n_in)
    kernel  (n_in, units)       dkernel  (n_in, units)
    bias    (units,)            dbias    (units,)
    y       (n, units)          dy       (n, units)

Worked example, n = 2, n_in = 3, units = 2:

    x = [[1, 2, 3],      kernel = [[1,  0],      bias = [10, 20]      y = [[14, 19],
         [4, 5, 6]]                [0,  1],                                [20, 19]]
                                   [1, -1]]      14 = 1·1 + 2·0 + 3·1 + 10

    dy = [[1, 2],        dx = [[1, 2, -1],       dkernel = [[13, 18],      dbias = [4, 6]
          [3, 4]]              [3, 4, -1]]                  [17, 24],
                                                            [21, 30]]      21 = 3·1 + 6·3
"""

import numpy as np


def dense_forward(x, kernel, bias):
    """Return y, cache: y by formula (1), and whatever dense_backward needs."""
    y = np.matmul(x, kernel)
    y = y + bias
    return y, [x, kernel]


def dense_backward(dy, cache):
    """Return dx, dkernel, dbias, in this order, by formulas (2), (3) and (4)."""
    x, kernel = cache
    n_in, units = kernel.shape

    # (n, units) @ (units, n_in) -> (n, n_in)
    dx = np.matmul(dy, kernel.reshape(units, n_in))
    # (n_in, n) @ (n, units) -> (n_in, units)
    dkernel = np.matmul(np.transpose(x), dy)
    dbias = np.sum(dy, 0)
    return dx, dkernel, dbias
