from dataclasses import dataclass

import numpy as np


@dataclass
class Moments:
    m: np.ndarray
    v: np.ndarray
    t: int = 0

    def update(self, g, b1, b2):
        m = b1 * self.m + (1 - b1) * g
        v = b2 * self.v + (1 - b2) * g * g
        return Moments(m, v, self.t)

    def corrected(self, b1, b2):
        if self.t == 0:             # would be a division by zero
            return self.m, self.v
        return self.m / (1 - b1 ** self.t), self.v / (1 - b2 ** self.t)

    def tick(self):
        return Moments(self.m, self.v, self.t + 1)


def adam_step(param, grad, state, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    if state is None:
        state = Moments(np.zeros_like(param), np.zeros_like(param))
    state = state.update(grad, beta_1, beta_2)
    m_hat, v_hat = state.corrected(beta_1, beta_2)
    new_param = param - learning_rate * m_hat / (np.sqrt(v_hat) + epsilon)
    return new_param, state.tick()
