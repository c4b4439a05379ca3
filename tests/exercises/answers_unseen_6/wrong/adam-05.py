"""Exercise 9: Adam in a functional style; a state is never changed, only replaced."""

import numpy as np


def fresh(param):
    return dict(m=np.zeros(param.shape), v=np.zeros(param.shape), t=0)


def blend(beta, old, new):
    return beta * old + (1 - beta) * new


def corrected(average, beta, t):
    return average / (1 - beta ** t)


def adam_step(param, grad, state, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    old = state or fresh(param)
    t = old["t"] + 1
    m = blend(beta_1, old["m"], grad)
    v = blend(beta_2, old["v"], grad ** 2)
    direction = corrected(m, beta_1, t) / (np.sqrt(corrected(v, beta_2, t)) + epsilon)
    return param - learning_rate * direction, dict(old, m=m, v=v)
