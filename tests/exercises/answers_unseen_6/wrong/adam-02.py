"""Exercise 9: one step of Adam."""

import numpy as np


def adam_step(param, grad, state, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    s = {"m": 0.0, "v": 0.0, "t": 0} if state is None else state
    new = {
        "m": beta_1 * s["m"] + (1 - beta_1) * grad,
        "v": beta_2 * s["v"] + (1 - beta_2) * np.square(grad),
        "t": s["t"] + 1,
    }
    m_hat = new["m"] / (1 - beta_1 ** new["t"])
    v_hat = new["v"] / (1 - beta_2 ** new["t"])
    step = learning_rate * m_hat / np.sqrt(v_hat + epsilon)
    return param - step, new
