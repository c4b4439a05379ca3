"""The correction in the rate, as Keras has it, with epsilon scaled along."""

import numpy as np


class Memory:
    def __init__(self, shape):
        self.m, self.v, self.t = np.zeros(shape), np.zeros(shape), 0


def adam_step(param, grad, state, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    state = state if state is not None else Memory(param.shape)
    state.t += 1
    state.m = state.m * beta_1 + grad * (1 - beta_1)
    state.v = state.v * beta_2 + grad**2 * (1 - beta_2)
    c1, c2 = 1 - beta_1**state.t, np.sqrt(1 - beta_2**state.t)
    return param - learning_rate * c2 / c1 * state.m / (np.sqrt(state.v) + c2 * epsilon), state
