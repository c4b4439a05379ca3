import math

import numpy as np


def adam_step(param, grad, state, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    """Adam in its efficient order: correct the one number, not the arrays."""
    t, m, v = (0, 0 * param, 0 * param) if state is None else state
    t += 1
    m = m + (1 - beta_1) * (grad - m)
    v = v + (1 - beta_2) * (grad * grad - v)
    rate = learning_rate * math.sqrt(1 - beta_2 ** t) / (1 - beta_1 ** t)
    step = rate * m / (np.sqrt(v) + epsilon)
    return param - step, (t, m, v)
