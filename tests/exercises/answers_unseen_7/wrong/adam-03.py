"""Exercise 9: Adam, which takes the gradients and moves the parameters.

Plain gradient descent subtracts learning_rate · grad. Adam (Kingma and Ba, 2014) keeps two
running averages for each parameter, m of the gradient and v of its square, and divides one by the
root of the other: so all parameters move at about the same pace, whether their gradients are
large or small. One step, with g the gradient of this step:

    m  ←  beta_1 · m  +  (1 - beta_1) · g                                                      (1)
    v  ←  beta_2 · v  +  (1 - beta_2) · g²                                                     (2)

m and v start at 0, and so are too small for the first steps. t counts the steps: 1 in the first
call, 2 in the second. The correction divides by exactly what is missing:

    m_hat  =  m / (1 - beta_1^t)                v_hat  =  v / (1 - beta_2^t)                   (3)

    param  ←  param  -  learning_rate · m_hat / (√v_hat + epsilon)                             (4)

The root is taken of v_hat, and epsilon is added after it. m and v are kept as (1) and (2) left
them, without the correction.

State: what has to be remembered from one step to the next (m, v and t) goes into state, in any
form you like. The first call gets state=None; every later one gets what you returned the time
before. Two parameters are two states, so remember nothing anywhere else. Leave param and grad as
they are and return a new array.                                                               (5)

Shapes: param, grad, m and v all have the same shape, whatever it is.

Worked example, learning_rate = 0.1, param = [1], first grad = [0.5], then grad = [-1]:

          m          v            m_hat       v_hat      param
    t=1    0.05      0.00025       0.5        0.25       1   - 0.1 · 0.5     / 0.5      =  0.9
    t=2   -0.055     0.00124975   -0.28947    0.62519    0.9 + 0.1 · 0.28947 / 0.79069  =  0.93661
"""

from collections import namedtuple

import numpy as np

AdamState = namedtuple("AdamState", ["m", "v", "t"])


def adam_step(param, grad, state, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    """Return param, state after one step of Adam, by formulas (1) to (4)."""
    if state is None:
        state = AdamState(np.zeros(param.shape), np.zeros(param.shape), 1)

    m = beta_1 * state.m + (1 - beta_1) * grad
    v = beta_2 * state.v + (1 - beta_2) * grad * grad
    m_hat = m / (1 - beta_1 ** state.t)
    v_hat = v / (1 - beta_2 ** state.t)
    new_param = param - learning_rate * m_hat / (np.sqrt(v_hat) + epsilon)
    return new_param, state._replace(m=m, v=v)
