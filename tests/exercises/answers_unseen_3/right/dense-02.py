"""The bias as one more row of the kernel, with an input that is always 1."""
import numpy as np


def _with_one(x):
    return np.concatenate([x, np.ones((len(x), 1), dtype=x.dtype)], axis=1)


def dense_forward(x, kernel, bias):
    weights = np.vstack([kernel, bias[np.newaxis, :]])
    extended = _with_one(x)

    def pull_back(dy):
        dweights = np.einsum("ik,iu->ku", extended, dy)
        dextended = np.einsum("iu,ku->ik", dy, weights)
        return dextended[:, :-1], dweights[:-1], dweights[-1]

    return np.einsum("ik,ku->iu", extended, weights), pull_back


def dense_backward(dy, cache):
    return cache(dy)
