"""A state that is changed in place and returned; the averages move by a part of the difference."""

import numpy as np


def adam_step(param, grad, state, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    if state is None:
        state = [np.zeros_like(param), np.zeros_like(param), 0]
    state[0] += (1 - beta_1) * (grad - state[0])
    state[1] += (1 - beta_2) * (grad * grad - state[1])
    state[2] += 1
    t = state[2]
    denominator = np.sqrt(state[1]) / np.sqrt(1 - beta_2**t) + epsilon
    rate = learning_rate / (1 - beta_1**t)
    return param - rate * state[0] / denominator, state
