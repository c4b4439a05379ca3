"""Exercise 9: Adam, which takes the gradients and moves the parameters."""

import numpy as np


class Moments:
    def __init__(self, like):
        self.m = self.v = np.zeros_like(like)
        self.t = 0

    def update(self, g, beta_1, beta_2):
        self.t += 1
        self.m *= beta_1
        self.m += (1 - beta_1) * g
        self.v *= beta_2
        self.v += (1 - beta_2) * g * g
        return self.m / (1 - beta_1**self.t), self.v / (1 - beta_2**self.t)


def adam_step(param, grad, state, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    if state is None:
        state = Moments(param)
    m_hat, v_hat = state.update(grad, beta_1, beta_2)
    return param - learning_rate * m_hat / (np.sqrt(v_hat) + epsilon), state
