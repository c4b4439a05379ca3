"""numerical gradient, my solution"""

from typing import Callable

import numpy as np


def numerical_gradient(f: Callable[[np.ndarray], float], x: np.ndarray, step: float = 1e-5) -> np.ndarray:
    point: np.ndarray = np.array(x, dtype=float)
    grad: np.ndarray = np.zeros_like(point)

    for idx in np.ndindex(point.shape):
        point[idx] += step
        high: float = f(point)
        point[idx] -= 2 * step
        low: float = f(point)
        grad[idx] = (high - low) / (2 * step)

    return grad
