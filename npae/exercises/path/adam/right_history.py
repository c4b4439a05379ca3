"""State is the list of all gradients so far; the averages are made anew from them."""

import numpy as np


def adam_step(param, grad, state, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    grads = (state or []) + [np.array(grad)]
    t = len(grads)
    m_hat = sum((1 - beta_1) * beta_1 ** (t - 1 - s) * g for s, g in enumerate(grads)) / (1 - beta_1**t)
    v_hat = sum((1 - beta_2) * beta_2 ** (t - 1 - s) * g**2 for s, g in enumerate(grads)) / (1 - beta_2**t)
    return param - learning_rate * m_hat / (v_hat**0.5 + epsilon), grads
