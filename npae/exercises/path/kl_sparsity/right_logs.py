"""The logarithms of quotients as differences; np.full_like and einsum."""

import numpy as np


def kl_sparsity(code, target, weight):
    n, units = code.shape
    mean = np.einsum("nu->u", code) / n
    mean = np.minimum(np.maximum(mean, 1e-7), 1 - 1e-7)
    constant = target * np.log(target) + (1 - target) * np.log(1 - target)
    penalty = units * constant - np.sum(target * np.log(mean) + (1 - target) * np.log1p(-mean))
    dmean = weight * (mean - target) / (mean * (1 - mean))
    return weight * penalty, np.tile(dmean / n, (n, 1))
