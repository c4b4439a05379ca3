"""Exercise 9: Adam."""

import numpy as np

t = 0       # number of steps so far


def adam_step(param, grad, state, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    global t
    t += 1

    if state is None:
        state = np.zeros(param.shape), np.zeros(param.shape)
    m, v = state

    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad * grad
    m_hat = m / (1 - beta_1 ** t)
    v_hat = v / (1 - beta_2 ** t)

    return param - learning_rate * m_hat / (np.sqrt(v_hat) + epsilon), (m, v)
