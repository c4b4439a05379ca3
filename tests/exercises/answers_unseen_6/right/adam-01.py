"""Exercise 9: both averages move towards their new value by a fraction of the distance."""

from collections import namedtuple

import numpy as np

Memory = namedtuple("Memory", "m v missing_m missing_v t")


def adam_step(param, grad, state, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    zero = np.zeros(grad.shape, dtype=np.result_type(grad, np.float32))
    mem = Memory(zero, zero, 1.0, 1.0, 0) if state is None else state
    t = mem.t + 1
    m = mem.m + (grad - mem.m) * (1 - beta_1)
    v = mem.v + (grad * grad - mem.v) * (1 - beta_2)
    left_m, left_v = pow(beta_1, t), pow(beta_2, t)
    m_hat, v_hat = m / (1 - left_m), v / (1 - left_v)
    moved = np.subtract(param, learning_rate * (m_hat / (v_hat ** 0.5 + epsilon)))
    return moved, Memory(m, v, left_m, left_v, t)
