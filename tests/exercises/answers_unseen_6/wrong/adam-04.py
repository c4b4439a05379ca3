"""Exercise 9: Adam, sparing with memory."""

import numpy as np


def adam_step(param, grad, state, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    if state is None:
        state = [0, np.zeros_like(grad), np.zeros_like(grad)]

    t = state[0] + 1
    m = beta_1 * state[1] + (1 - beta_1) * grad
    v = beta_2 * state[2] + (1 - beta_2) * grad ** 2

    # both corrections in one number
    root = np.sqrt(1 - beta_2 ** t)
    rate = learning_rate * root / (1 - beta_1 ** t)

    param -= rate * m / (np.sqrt(v) + epsilon * root)
    return param, [t, m, v]
