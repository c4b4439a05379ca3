import itertools

import numpy as np

_count = itertools.count(1)


def _average(old, new, beta):
    return beta * old + (1 - beta) * new


def adam_step(param, grad, state, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    t = next(_count)
    m, v = state or (0.0, 0.0)
    m, v = _average(m, grad, beta_1), _average(v, grad ** 2, beta_2)
    unbiased = m / (1 - beta_1 ** t), v / (1 - beta_2 ** t)
    param -= learning_rate * unbiased[0] / (np.sqrt(unbiased[1]) + epsilon)
    return param, (m, v)
