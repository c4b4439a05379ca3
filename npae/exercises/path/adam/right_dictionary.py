"""State is a dictionary, written anew in each step; the powers of beta are kept instead of t."""

import numpy as np


def adam_step(param, grad, state, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    old = state or {"m": 0.0, "v": 0.0, "power_1": 1.0, "power_2": 1.0}
    new = {
        "m": beta_1 * old["m"] + (1 - beta_1) * grad,
        "v": beta_2 * old["v"] + (1 - beta_2) * np.square(grad),
        "power_1": old["power_1"] * beta_1,
        "power_2": old["power_2"] * beta_2,
    }
    root = np.sqrt(new["v"] / (1 - new["power_2"]))
    step = new["m"] / (1 - new["power_1"]) / (root + epsilon)
    return param - learning_rate * step, new
