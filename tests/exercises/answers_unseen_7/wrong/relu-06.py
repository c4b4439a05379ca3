"""Exercise 2: ReLU, forward and backward.

A network is a chain of functions that ends in one number, the loss L. Each link has two parts:

    forward    takes x and gives y. It also gives a cache: whatever its own backward will need
               later. What you put into it is up to you: an array, a tuple, nothing.
    backward   takes dy and the cache and gives dx. Here dy is short for dL/dy: for each entry of
               y, how fast L moves when that entry moves. dy has the shape of y, dx that of x.

The chain rule joins them. Here each x[i] acts on L only through y[i], so L moves with x[i] as fast
as L moves with y[i], times as fast as y[i] moves with x[i]: dx is "what came from above" times "my
own slope", entry by entry. This is all of backpropagation; the rest is bookkeeping.

ReLU keeps what is positive and turns the rest into zero:

    y = x   where x > 0,     0  elsewhere                                                      (1)

Its slope is 1 where x > 0 and 0 elsewhere, so

    dx = dy where x > 0,     0  elsewhere                                                      (2)

At exactly 0 it has a kink and no slope; nobody will ask you about that point.

Shapes: x, y, dy and dx all have the same shape, whatever it is. dy can have any sign. No loop is
needed: NumPy works on all entries of an array at once, and x > 0 is an array too, of yes and no.
(So `if x > 0` is an error: which of its entries should decide?)

Worked example:

    x = [-2, 0.5,  3]         dy = [10, -20, 30]
    y = [ 0, 0.5,  3]         dx = [ 0, -20, 30]

x and dy belong to the caller: leave them as they are and return new arrays. And keep nothing
between calls outside the cache: two batches may go forward before the first goes back.        (3)
"""

import numpy as np


def relu_forward(x):
    """Return y, cache: y by formula (1), and whatever relu_backward needs."""
    alpha = 0.01
    y = np.where(x > 0, x, alpha * x)
    return y, {"x": x, "on": x > 0}


def relu_backward(dy, cache):
    """Return dx, by formula (2). The cache is the one that relu_forward returned."""
    # from above times my own slope
    return np.where(cache["on"], dy * cache["x"], 0.0)
