"""Exercise 9: Adam, which takes the gradients and moves the parameters."""

import numpy as np


def adam_step(param, grad, state, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    if state is None:
        state = {"m": np.zeros_like(param), "v": np.zeros_like(param), "t": 0}
    t = state["t"] + 1
    m = beta_1 * state["m"] + (1 - beta_1) * grad
    # how much the gradient scatters around its running mean
    v = beta_2 * state["v"] + (1 - beta_2) * np.square(grad - m)
    m_hat = m / (1 - beta_1**t)
    v_hat = v / (1 - beta_2**t)
    param = param - learning_rate * m_hat / (np.sqrt(v_hat) + epsilon)
    return param, {"m": m, "v": v, "t": t}
