"""Exercise 1: the numerical gradient, the tool that checks all the others.

f takes an array and returns one number. Its gradient says, for each entry of x, how fast that
number moves when this entry alone moves. No calculus is needed to measure it: move one entry a
little up, then a little down, and look at f both times.

    gradient[i]  =  ( f(x with x[i] + step)  -  f(x with x[i] - step) )  /  (2 step)           (1)

One entry at a time: the others stay where they were.                                          (2)

Shapes: x may have any shape, (3,) or (2, 3, 4); the gradient has the same one. f wants the whole
array, in that shape. x may hold integers; the gradient never does: work in float64.           (3)
(np.ndindex(x.shape) goes through all indices of an array, whatever its shape.)

Worked example, with a large step so that the numbers can be followed:

    f(x) = x[0]² + 3 x[0] x[1]        x = [2, 1]        step = 0.5

    f([2.5, 1  ]) = 13.75    f([1.5, 1  ]) = 6.75       (13.75 - 6.75) / 1 = 7
    f([2,   1.5]) = 13       f([2,   0.5]) = 7          (13    - 7   ) / 1 = 6

    gradient = [7, 6]

This is what calculus says too: df/dx[0] = 2 x[0] + 3 x[1] = 7, df/dx[1] = 3 x[0] = 6.

Replace the last line of the function by your own, then:   npae exercises check
A nudge, and another one:                                  npae exercises hint
"""

import numpy as np


def numerical_gradient(f, x, step=1e-5):
    """Return the gradient of f at x, measured by formula (1).

    f    : function, takes an array of x's shape, returns one number
    x    : array of any shape; after the call it must hold exactly what it held before         (4)
    step : how far to move each entry, up and down
    """
    work = np.array(x, dtype=np.float64)
    gradient = np.zeros(work.shape)
    for index in np.ndindex(work.shape):
        old = work[index]
        work[index] = old + step
        up = f(work)
        work[index] = old - step
        down = f(work)
        work[index] = old
        gradient[index] = (up - down) / step
    return gradient
