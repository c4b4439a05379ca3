import numpy as np


class Average:
    """A running average that knows how much of it is still missing."""

    def __init__(self, total=0.0, weight=1.0):
        self.total = total
        self.left = weight          # beta^t

    def add(self, value, beta):
        return Average(self.total * beta + value * (1 - beta), self.left * beta)

    def corrected(self):
        return self.total / (1 - self.left)


def adam_step(param, grad, state, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    first, second = state or (Average(), Average())
    first = first.add(grad, beta_1)
    second = second.add(np.square(grad), beta_2)
    direction = np.divide(first.corrected(), np.sqrt(second.corrected()) + epsilon)
    return param - learning_rate * direction, (first, second)
