"""Exercise 9: Adam, which takes the gradients and moves the parameters."""

import numpy as np


def running_average(old, new, beta):
    return beta * old + (1 - beta) * new


def correct(average, beta, t):
    missing = 1.0
    for _ in range(t):
        missing *= 1 - beta
    return average / missing


def adam_step(param, grad, state, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    """Return param, state after one step of Adam, by formulas (1) to (4)."""
    if state is None:
        state = (np.zeros_like(param), np.zeros_like(param), 0)
    m, v, t = state

    t = t + 1
    m = running_average(m, grad, beta_1)
    v = running_average(v, grad ** 2, beta_2)
    m_hat = correct(m, beta_1, t)
    v_hat = correct(v, beta_2, t)

    param = param - learning_rate * m_hat / (np.sqrt(v_hat) + epsilon)
    return param, (m, v, t)
