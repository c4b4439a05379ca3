"""Exercise 9: Adam."""

import numpy as np


def adam_step(param, grad, state, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    if state is None:
        m = grad.copy()                 # the best first guess of the average
        v = np.zeros_like(grad)
        t = 1
    else:
        m, v, t = state

    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad ** 2
    m_hat = m / (1 - beta_1 ** t)
    v_hat = v / (1 - 0.999 ** t)
    new = param - learning_rate * m_hat / (np.sqrt(v_hat) + epsilon)
    return new, (m, v, t + 1)
