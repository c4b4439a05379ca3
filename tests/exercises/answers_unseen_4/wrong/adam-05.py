"""Exercise 9: Adam, which takes the gradients and moves the parameters."""

import numpy as np

_DECAY = {"m": 0.9, "v": 0.999}


def _unbiased(average, which, t):
    return average / (1 - _DECAY[which] ** t)


def adam_step(param, grad, state, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    averages = dict(m=np.zeros_like(param), v=np.zeros_like(param), t=0)
    averages.update(state or {})
    now = {
        "m": averages["m"] + (1 - beta_1) * (grad - averages["m"]),
        "v": averages["v"] + (1 - beta_2) * (grad**2 - averages["v"]),
        "t": averages["t"] + 1,
    }
    m_hat, v_hat = (_unbiased(now[name], name, now["t"]) for name in "mv")
    return param - learning_rate * m_hat / (np.sqrt(v_hat) + epsilon), now
