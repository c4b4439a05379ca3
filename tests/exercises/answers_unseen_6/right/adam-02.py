"""Exercise 9: the state is the diary of all gradients; m and v are computed anew from it."""

from functools import reduce

import numpy as np


def adam_step(param, grad, state, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    diary = (state or ()) + ((grad.copy(), beta_1, beta_2),)

    def turn(mv, page):
        (m, v), (g, b1, b2) = mv, page
        return b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g ** 2

    m, v = reduce(turn, diary, (0.0, 0.0))
    t = len(diary)
    m_hat = m / (1 - beta_1 ** t)
    v_hat = v / (1 - beta_2 ** t)
    return param - learning_rate * m_hat / (np.sqrt(v_hat) + epsilon), diary
