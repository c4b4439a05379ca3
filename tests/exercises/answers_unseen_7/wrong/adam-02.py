import numpy as np


def adam_step(param, grad, state, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    if state is None:
        state = {"m": 0.0, "v": 0.0, "t": 0}

    step = state["t"] + 1
    first = beta_1 * state["m"] + (1 - beta_1) * grad
    second = beta_2 * state["v"] + (1 - beta_2) * np.square(grad)
    # both are too small in the beginning
    first = first / (1 - beta_1 ** step)
    second = second / (1 - beta_2 ** step)

    moved = param - learning_rate * first / (np.sqrt(second) + epsilon)
    return moved, {"m": first, "v": second, "t": step}
