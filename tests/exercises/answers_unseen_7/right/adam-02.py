from dataclasses import dataclass, field, replace
from typing import Any, Optional, Tuple

import numpy as np


@dataclass(frozen=True)
class Average:
    value: Any = 0.0
    missing: float = 1.0        # beta^t, what the zero at the start still weighs

    def add(self, new: np.ndarray, beta: float) -> "Average":
        return replace(self, value=beta * self.value + (1 - beta) * new, missing=self.missing * beta)

    @property
    def corrected(self) -> np.ndarray:
        return self.value / (1 - self.missing)


@dataclass(frozen=True)
class State:
    first: Average = field(default_factory=Average)
    second: Average = field(default_factory=Average)


def adam_step(param, grad, state: Optional[State], learning_rate=1e-3, beta_1=0.9, beta_2=0.999,
              epsilon=1e-7) -> Tuple[np.ndarray, State]:
    old = State() if state is None else state
    g = np.multiply(grad, 1.0)
    new = State(old.first.add(g, beta_1), old.second.add(np.square(g), beta_2))
    root = np.sqrt(new.second.corrected)
    return np.subtract(param, learning_rate * new.first.corrected / (root + epsilon)), new
