import numpy as np


class Memory:
    """What Adam remembers of one parameter."""

    def __init__(self, shape):
        self.mean = np.zeros(shape)
        self.square = np.zeros(shape)
        # what is missing: beta^t, multiplied up step by step
        self.left_1 = 1.0
        self.left_2 = 1.0


def adam_step(param, grad, state, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    memory = Memory(param.shape) if state is None else state
    memory.left_1 *= beta_1
    memory.left_2 *= beta_2
    memory.mean += (1 - beta_1) * (grad - memory.mean)
    memory.square += (1 - beta_2) * (grad * grad - memory.square)
    direction = memory.mean / (1 - memory.left_1)
    scale = (memory.square / (1 - memory.left_2)) ** 0.5 + epsilon
    return param - learning_rate * direction / scale, memory
