import numpy as np


def adam_step(param, grad, state, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    """Return param, state after one step of Adam, by formulas (1) to (4)."""
    if state is None:
        state = {"m": np.zeros(param.shape), "v": np.zeros(param.shape), "t": 0}
    t = state["t"] + 1
    m = beta_1 * state["m"] + (1 - beta_1) * grad
    v = beta_2 * state["v"] + (1 - beta_2) * grad ** 2
    m = m / (1 - beta_1 ** t)
    v = v / (1 - beta_2 ** t)
    param = param - learning_rate * m / (np.sqrt(v) + epsilon)
    return param, {"m": m, "v": v, "t": t}
