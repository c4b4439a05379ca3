"""Adam with the powers of beta kept in the state instead of the count."""
from collections import namedtuple

import numpy as np

State = namedtuple("State", "m v missing_m missing_v")
_START = State(0.0, 0.0, 1.0, 1.0)


def adam_step(param, grad, state, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    old = _START if state is None else state
    new = State(
        m=old.m * beta_1 + grad * (1 - beta_1),
        v=old.v * beta_2 + np.square(grad) * (1 - beta_2),
        missing_m=old.missing_m * beta_1,
        missing_v=old.missing_v * beta_2,
    )
    numerator = new.m / (1 - new.missing_m)
    denominator = np.sqrt(new.v / (1 - new.missing_v)) + epsilon
    return param - learning_rate * numerator / denominator, new
