"""Adam: first and second moments of the gradient."""
import numpy as np


class Moments:
    def __init__(self, shape, dtype):
        self.mean = np.zeros(shape, dtype)
        self.variance = np.zeros(shape, dtype)
        self.steps = 0

    def see(self, g, b1, b2):
        self.steps += 1
        self.mean = b1 * self.mean + (1 - b1) * g
        self.variance = b2 * self.variance + (1 - b2) * (g - self.mean) ** 2

    def corrected(self, b1, b2):
        return self.mean / (1 - b1 ** self.steps), self.variance / (1 - b2 ** self.steps)


def adam_step(param, grad, state, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    moments = Moments(param.shape, param.dtype) if state is None else state
    moments.see(grad, beta_1, beta_2)
    m_hat, v_hat = moments.corrected(beta_1, beta_2)
    return param - learning_rate * m_hat / (v_hat ** 0.5 + epsilon), moments
