import numpy as np


def adam_step(param, grad, state, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    if state is None:
        m = v = np.zeros_like(param)
        t = 0
    else:
        m, v, t = state
    t += 1

    m *= beta_1
    m += (1 - beta_1) * grad
    v *= beta_2
    v += (1 - beta_2) * grad ** 2

    m_hat = m / (1 - beta_1 ** t)
    v_hat = v / (1 - beta_2 ** t)
    param = param - learning_rate * m_hat / (np.sqrt(v_hat) + epsilon)
    return param, [m, v, t]
