import numpy as np


class Moments:
    def __init__(self, shape):
        self.m = np.zeros(shape)
        self.v = np.zeros(shape)
        self.t = 0

    def nextOne(self, g, b1, b2):
        new = Moments(g.shape)
        new.t = self.t + 1
        new.m = b1 * self.m + (1 - b1) * g
        new.v = b2 * self.v + (1 - b1) * g ** 2
        return new


def adam_step(param, grad, state, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    if state is None:
        state = Moments(param.shape)
    state = state.nextOne(grad, beta_1, beta_2)
    mHat = state.m / (1 - beta_1 ** state.t)
    vHat = state.v / (1 - beta_2 ** state.t)
    return param - learning_rate * mHat / (vHat ** 0.5 + epsilon), state
