"""Exercise 9: Adam."""

import numpy as np


def adam_step(param, grad, state, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    if state is None:
        m, v, t = np.zeros_like(param), np.zeros_like(param), 0
    else:
        m, v, t = state
    t = t + 1
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad ** 2
    m = m / (1 - beta_1 ** t)
    v = v / (1 - beta_2 ** t)
    param = param - learning_rate * m / (np.sqrt(v) + epsilon)
    return param, (m, v, t)
