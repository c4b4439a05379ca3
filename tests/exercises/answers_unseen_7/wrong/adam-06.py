import numpy as np

memory = {}


def adam_step(param, grad, state, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    if state is None:
        memory["m"] = np.zeros(param.shape)
        memory["v"] = np.zeros(param.shape)
        memory["t"] = 0
    memory["t"] += 1
    memory["m"] = beta_1 * memory["m"] + (1 - beta_1) * grad
    memory["v"] = beta_2 * memory["v"] + (1 - beta_2) * grad ** 2
    # m starts at 0 and is too small at first
    m_hat = memory["m"] / (1 - beta_1 ** memory["t"])
    step = learning_rate * m_hat / (np.sqrt(memory["v"]) + epsilon)
    return param - step, memory
