"""The bias as one more row of the kernel, with an input that is always 1."""

import numpy as np


def dense_forward(x, kernel, bias):
    with_one = np.hstack([x, np.ones((len(x), 1), x.dtype)])
    stacked = np.vstack([kernel, bias])
    return with_one @ stacked, (with_one, stacked)


def dense_backward(dy, cache):
    with_one, stacked = cache
    dstacked = with_one.T @ dy
    return (dy @ stacked.T)[:, :-1], dstacked[:-1], dstacked[-1]
